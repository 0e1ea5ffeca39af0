/** A piece of mono sound. @property samples signed 16-bit PCM, a view where possible, never changed after it was handed on */
export type PcmFrame = { samples: Int16Array; sampleRateHz: number };

/** A piece of live sound. @property endMs when its last sample sounded, as the clock of this process had it */
export type TimedFrame = PcmFrame & { endMs: number };

/** What the recogniser and the VAD hear. */
export const hearingRateHz = 16_000;
/** What synthesis delivers, tracks carry and `audio-data` messages contain. */
export const speakingRateHz = 24_000;

export function durationMs({ samples, sampleRateHz }: PcmFrame): number {
  return (samples.length * 1000) / sampleRateHz;
}
