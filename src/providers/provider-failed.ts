export type ProviderStage = 'stt' | 'llm' | 'tts' | 'embeddings' | 'moderation' | 'images';

/** A provider refused, hung, broke off or answered something that cannot be used. */
export class ProviderFailed extends Error {
  override readonly name = 'ProviderFailed';
  constructor(
    readonly stage: ProviderStage,
    readonly reason: 'refused' | 'unreachable' | 'timeout' | 'garbage' | 'brokeOff',
    /** Whether the same call may succeed a moment later. */
    readonly retryable: boolean,
    cause?: unknown,
  ) {
    super(`${stage}: ${reason}`, { cause });
  }
}
