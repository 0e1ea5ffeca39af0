import type { Participant } from '../protocol/participant.ts';
import type { SpeechChange } from '../turn/speech-detector.ts';
import type { Turn } from '../turn/turn.ts';
import { Ears, type Ear, type EarsDeps } from './ears.ts';

export type TurnOrderDeps = EarsDeps & {
  turn: () => Turn['state'];
  /** Who is being answered. */
  answered: () => Participant | undefined;
  onSpeech: (change: SpeechChange) => void;
  /** Another one is the next to be heard. */
  onTaken: () => void;
  onWritten: (text: string, speaker: Participant | undefined) => void;
};

/** Texts that wait; who writes more meanwhile has written enough. */
const mostWaiting = 20;
type Written = { text: string; speaker: Participant; sinceMs: number };

/**
 * Whose turn it is among several users. The first to speak has the floor until their turn is over and answered; what
 * others begin to say or write meanwhile is recorded, and taken up after that in the order in which they began.
 */
export class TurnOrder {
  readonly ears: Ears;
  readonly #written: Written[] = [];
  #isKept = false;

  constructor(private readonly deps: TurnOrderDeps) {
    this.ears = new Ears(deps);
  }

  /** The ear of this participant; of the one who has the floor where nobody is named. */
  earOf(speaker: Participant | undefined): Ear {
    return speaker ? this.ears.of(speaker) : this.ears.holder;
  }

  /** Who has it, as a part of what is told of them. */
  get speaker(): { speaker?: Participant } {
    const { speaker } = this.ears.holder;
    return speaker ? { speaker } : {};
  }

  hear(ear: Ear, change: SpeechChange): void {
    if (ear !== this.ears.holder) {
      if (!this.#isFree || change.kind !== 'speechStarted') return;
      this.#take(ear);
    }
    this.deps.onSpeech(change);
  }

  /** Text is taken up at once unless another one speaks or is being answered. */
  write(text: string, speaker: Participant | undefined): void {
    const before = this.#isFree ? this.deps.answered() : this.ears.holder.speaker;
    const isOthers = speaker && before && speaker.identity !== before.identity;
    if (!isOthers) this.deps.onWritten(text, speaker);
    else if (this.#written.length < mostWaiting)
      this.#written.push({ text, speaker, sinceMs: this.deps.clock.nowMs() });
  }

  /** Does something in which the floor seems free without being it: an answer is about to be begun. */
  keep<T>(action: () => T): T {
    this.#isKept = true;
    try {
      return action();
    } finally {
      this.#isKept = false;
      this.pass();
    }
  }

  /** When nobody speaks and nothing is answered, whoever waited longest is next. */
  pass(): void {
    if (this.#isKept || this.deps.turn() !== 'listening') return;
    const ear = this.ears.next();
    const [written] = this.#written;
    if (written && (!ear || written.sinceMs < ear.utterance.startedMs)) {
      this.#written.shift();
      this.deps.onWritten(written.text, written.speaker);
    } else if (ear) {
      const { startedMs, silentSinceMs } = ear.utterance;
      this.#take(ear);
      this.deps.onSpeech({ kind: 'speechStarted', startedMs });
      if (silentSinceMs !== undefined)
        this.deps.onSpeech({ kind: 'speechPaused', endedMs: silentSinceMs });
    }
  }

  #take(ear: Ear): void {
    this.ears.take(ear);
    // Whoever is told of it may ask who is next: that is this one, who has said nothing yet.
    const wasKept = this.#isKept;
    this.#isKept = true;
    try {
      this.deps.onTaken();
    } finally {
      this.#isKept = wasKept;
    }
  }

  /** Nobody is in the middle of a turn of their own; who speaks now speaks, over an answer if need be. */
  get #isFree(): boolean {
    const state = this.deps.turn();
    return !this.#isKept && (state === 'listening' || state === 'replying');
  }
}
