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
const defaultSpeechDetection: SpeechDetection = { confidence: 0.5, startMs: 64 };

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
  #lastSpeechMs = 0;

  constructor(private readonly settings: SpeechDetection = defaultSpeechDetection) {}

  get inUtterance(): boolean {
    return this.#state === 'speaking' || this.#state === 'pausing';
  }

  /** @param endMs when the window ended. @param windowMs its length */
  push(probability: number, endMs: number, windowMs: number): SpeechChange | undefined {
    const { confidence, startMs } = this.settings;
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
        }
        if (endMs - this.#startedMs < startMs) return undefined;
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
}
