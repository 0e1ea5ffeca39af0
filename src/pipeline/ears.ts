import type { Heard, LiveSound, TimedFrame } from '../frames/pcm.ts';
import type { Participant } from '../protocol/participant.ts';
import { Utterance, type UtteranceDeps } from './utterance.ts';

/** What one participant says, and whether it counts. */
export type Ear = {
  /** Undefined where nobody said who speaks. */
  readonly speaker: Participant | undefined;
  readonly utterance: Utterance;
  /** False while this participant's microphone is switched off. */
  isOpen: boolean;
  hasLeft: boolean;
};

export type EarsDeps = Omit<UtteranceDeps, 'speaker'>;

/**
 * An ear for each participant, so that voices never mix. One of them holds the floor: what it hears is the utterance of
 * the turn. The others are recorded meanwhile and wait.
 */
export class Ears {
  readonly #all = new Map<string, Ear>();
  #holder: Ear;
  #opensNew = true;

  constructor(private readonly deps: EarsDeps) {
    this.#holder = this.of(undefined);
  }

  get holder(): Ear {
    return this.#holder;
  }

  /** How much was heard of the one who has the floor. */
  get heard(): Heard {
    return heardOf(this.#holder);
  }

  /** The ear of this participant, made when there is none. */
  of(speaker: Participant | undefined): Ear {
    const key = speaker?.identity ?? '';
    const known = this.#all.get(key);
    if (known) {
      known.hasLeft = false;
      return known;
    }
    this.#prune();
    const utterance = new Utterance({
      ...this.deps,
      ...(speaker && { speaker }),
      // What others say is told when it is their turn.
      onPartial: (text) => {
        if (ear === this.#holder) this.deps.onPartial(text);
      },
    });
    const ear: Ear = { speaker, utterance, isOpen: this.#opensNew, hasLeft: false };
    this.#all.set(key, ear);
    return ear;
  }

  take(ear: Ear): void {
    this.#holder = ear;
  }

  /** The one that has waited longest with something to say. */
  next(): Ear | undefined {
    const waiting = [...this.#all.values()].filter(
      (ear) => ear !== this.#holder && ear.utterance.isBegun,
    );
    return waiting.sort((a, b) => a.utterance.startedMs - b.utterance.startedMs)[0];
  }

  /** All there are, and all that come. */
  setOpen(isOpen: boolean): void {
    this.#opensNew = isOpen;
    for (const ear of this.#all.values()) ear.isOpen = isOpen;
  }

  /** Nothing is heard any more. */
  close(): void {
    for (const { utterance } of this.#all.values()) utterance.close();
  }

  /** What those who left said last is still heard. */
  #prune(): void {
    for (const [key, ear] of this.#all)
      if (ear.hasLeft && ear !== this.#holder && !ear.utterance.isBegun) {
        ear.utterance.close();
        this.#all.delete(key);
      }
  }
}

/** How much was heard of a participant; nobody listens while no sound of theirs counts. */
export function heardOf({ isOpen, utterance }: Ear): Heard {
  return isOpen ? utterance.heard : { untilMs: undefined, isBehind: false };
}

/** This microphone, of which nothing counts that comes while it is switched off. */
export function heardBy(ear: Ear, microphone: LiveSound): LiveSound {
  return {
    get isWaiting() {
      return microphone.isWaiting ?? false;
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<TimedFrame, void> {
      for await (const frame of microphone) if (ear.isOpen) yield frame;
    },
  };
}
