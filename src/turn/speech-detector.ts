/** How VAD probabilities become speech and silence. */
export type SpeechDetection = {
  /** Probability from which a window counts as speech. */
  confidence: number;
  /** Speech must last this long before it counts: clicks and thumps are shorter. */
  startMs: number;
};

/**
 * Two windows of 32 ms: one alone is too easily a click. A false start costs little, for the character's voice is
 * only paused by it.
 */
export const defaultSpeechDetection: SpeechDetection = { confidence: 0.5, startMs: 64 };

/**
 * A voice this much below the user's own loudest windows is somebody else's, or a television: speech has a range of
 * about 20 dB within a sentence, apart from the ends of its words.
 */
const othersBelowDb = 24;
/**
 * Nobody speaks louder for long: what is, was a bang, a shout or a microphone that was touched, and a voice of -40 dBFS
 * must be heard after it.
 */
const loudestDbfs = -16;
/** What was loud is forgotten at this pace: a user who steps back from the microphone is heard again. */
const forgetDbPerMs = 1 / 1_000;

/** Once speaking, a window needs this much less to count as silence: hysteresis against flutter. */
const releaseBelow = 0.15;

export type SpeechChange =
  | { kind: 'speechStarted'; startedMs: number }
  | { kind: 'speechPaused'; endedMs: number }
  | { kind: 'speechResumed' };

/** Follows one voice window by window. Pauses and resumes belong to the utterance until `reset`. */
export class SpeechDetector {
  #state: 'silent' | 'starting' | 'speaking' | 'pausing' = 'silent';
  #startedMs = 0;
  /** Speech since then. What waited on a machine that was behind seems to have sounded in no time. */
  #voicedMs = 0;
  #lastSpeechMs = 0;
  /** Of the user's voice, at `#loudAtMs`. */
  #loudDbfs = -Infinity;
  #loudAtMs = 0;

  constructor(private readonly settings: SpeechDetection = defaultSpeechDetection) {}

  get inUtterance(): boolean {
    return this.#state === 'speaking' || this.#state === 'pausing';
  }

  /**
   * @param endMs when the window ended. @param windowMs its length
   * @param levelDbfs how loud it is; left out, voices are not told apart by their loudness
   */
  push(
    voiceProbability: number,
    endMs: number,
    windowMs: number,
    levelDbfs = 0,
  ): SpeechChange | undefined {
    const { confidence, startMs } = this.settings;
    const probability = this.#isNear(levelDbfs, endMs) ? voiceProbability : 0;
    if (probability >= confidence) this.#noteLevel(levelDbfs, endMs);
    const speech = probability >= confidence;
    switch (this.#state) {
      case 'silent':
      case 'starting':
        if (!speech) {
          this.#state = 'silent';
          return undefined;
        }
        if (this.#state === 'silent') {
          this.#state = 'starting';
          this.#startedMs = endMs - windowMs;
          this.#voicedMs = 0;
        }
        this.#voicedMs += windowMs;
        if (this.#voicedMs < startMs) return undefined;
        this.#state = 'speaking';
        this.#lastSpeechMs = endMs;
        return { kind: 'speechStarted', startedMs: this.#startedMs };
      case 'speaking':
        if (probability >= confidence - releaseBelow) {
          this.#lastSpeechMs = endMs;
          return undefined;
        }
        return this.silence();
      case 'pausing':
        if (!speech) return undefined;
        this.#state = 'speaking';
        this.#lastSpeechMs = endMs;
        return { kind: 'speechResumed' };
    }
  }

  /** No more sound comes, as when a microphone is muted in mid-word. */
  silence(): SpeechChange | undefined {
    if (this.#state === 'starting') this.#state = 'silent';
    if (this.#state !== 'speaking') return undefined;
    this.#state = 'pausing';
    return { kind: 'speechPaused', endedMs: this.#lastSpeechMs };
  }

  /** The utterance is over: the next speech starts a new one. */
  reset(): void {
    this.#state = 'silent';
  }

  #isNear(levelDbfs: number, atMs: number): boolean {
    return levelDbfs >= this.#loudDbfs - (atMs - this.#loudAtMs) * forgetDbPerMs - othersBelowDb;
  }

  #noteLevel(levelDbfs: number, atMs: number): void {
    const rememberedDbfs = this.#loudDbfs - (atMs - this.#loudAtMs) * forgetDbPerMs;
    this.#loudDbfs = Math.max(Math.min(levelDbfs, loudestDbfs), rememberedDbfs);
    this.#loudAtMs = atMs;
  }
}
