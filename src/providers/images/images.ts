import type { PictureType } from '../../protocol/picture.ts';

/** A picture as an endpoint hands it over: itself, or where it keeps it. */
export type Made =
  { kind: 'bytes'; bytes: Uint8Array; type: PictureType } | { kind: 'url'; url: string };

/** Draws what is described. */
export interface Images {
  /** @throws {ProviderFailed} */
  make(prompt: string, options: { signal: AbortSignal }): Promise<Made>;
}
