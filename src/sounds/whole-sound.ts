import { Readable } from 'node:stream';

/** A sound whose every byte is there to be read. Whoever has one reads it once, or closes it. */
export interface WholeSound {
  readonly bytes: number;
  /** The same for the same bytes, another for others: letters, digits and dashes. */
  readonly tag: string;
  /** @param range first and last byte */
  read(range: { start: number; end: number }): Readable;
  close(): Promise<void>;
}

/** One that is in memory, because it could not be kept. */
export function soundInMemory(pieces: readonly Uint8Array[], tag: string): WholeSound {
  const sound = Buffer.concat(pieces);
  return {
    bytes: sound.byteLength,
    tag,
    read: ({ start, end }) => Readable.from([sound.subarray(start, end + 1)]),
    close: () => Promise.resolve(),
  };
}
