/** A piece of mono sound. @property samples signed 16-bit PCM, a view where possible, never changed after it was handed on */
export type PcmFrame = { samples: Int16Array; sampleRateHz: number };

/** A piece of live sound. @property endMs when its last sample sounded, as the clock of this process had it */
export type TimedFrame = PcmFrame & { endMs: number };

/** The sound of a microphone as it comes, in its order. */
export interface LiveSound extends AsyncIterable<TimedFrame> {
  /** Whether some of it is here that was not taken yet; left out where that is not known. */
  readonly isWaiting?: boolean;
}

/** How much of somebody's sound was heard. */
export type Heard = {
  /** The time of the last sound that was judged; undefined while nobody listens. */
  untilMs: number | undefined;
  /** More of it is here already, and waits to be judged. */
  isBehind: boolean;
};

/** What the recogniser and the VAD hear. */
export const hearingRateHz = 16_000;
/** What synthesis delivers, tracks carry and `audio-data` messages contain. */
export const speakingRateHz = 24_000;

export function durationMs({ samples, sampleRateHz }: PcmFrame): number {
  return (samples.length * 1000) / sampleRateHz;
}
