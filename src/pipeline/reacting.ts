import { bothOf, type Occasion } from '../prompt/occasion.ts';
import { reactionTo, type Floor, type Reaction, type Wish } from '../turn/reaction.ts';
import type { Answering } from './answering.ts';
import type { ExchangeStart } from './exchange.ts';
import { owe, withoutReactions, type Owed } from './owed.ts';

export type ReactingDeps = {
  answering: Answering;
  floor: () => Floor;
  /** Silence at once. */
  stop: () => void;
  /** A turn that begins now. */
  now: () => Pick<ExchangeStart, 'turnId' | 'zeroMs' | 'wordsAtMs'>;
};

/** What the character says because the application reported something: at once, later, or not at all; never twice. */
export class Reacting {
  #owed: readonly Owed[] = [];

  constructor(private readonly deps: ReactingDeps) {}

  /** Speaks about it, as far as the wish and the floor allow. @returns what became of it, and the floor as it was */
  react(occasion: Occasion, wish: Wish): { reaction: Reaction; floor: Floor } {
    return this.#take({ kind: 'reaction', occasion }, wish);
  }

  /** Says these very words: now, in place of what is running, or after the user. */
  line(text: string): { reaction: Reaction; floor: Floor } {
    return this.#take({ kind: 'line', text }, 'always');
  }

  /** The user's words are being answered, by a prompt that has everything. */
  answered(): void {
    this.#owed = withoutReactions(this.#owed);
  }

  /** Nothing is owed any more: silence was asked for. */
  forget(): void {
    const { answering, now } = this.deps;
    for (const item of this.#owed)
      if (item.kind === 'answer') answering.giveUp({ ...now(), ...item });
    this.#owed = [];
  }

  /** Does what was owed, if the floor is free now. */
  settle(): void {
    const [next, ...rest] = this.#owed;
    if (!next || this.deps.floor() !== 'idle') return;
    this.#owed = rest;
    this.#perform(next);
  }

  #take(item: Owed, wish: Wish): { reaction: Reaction; floor: Floor } {
    const floor = this.deps.floor();
    const reaction = reactionTo(wish, floor);
    switch (reaction) {
      case 'none':
        break;
      case 'now':
        this.#perform(item);
        break;
      case 'later':
        this.#owed = owe(this.#owed, item);
        break;
      case 'cut':
        this.#cutFor(item);
    }
    return { reaction, floor };
  }

  /** What was asked and not yet answered by a sound is not lost: it is answered with this, or after it. */
  #cutFor(item: Owed): void {
    const { answering, stop } = this.deps;
    const unheard = answering.withdraw();
    stop();
    if (!unheard) {
      this.#perform(item);
      return;
    }
    const { turnId, origin, userText, occasion, speaker } = unheard;
    const by = speaker ? { speaker } : {};
    if (item.kind !== 'reaction') {
      this.#perform(item);
      if (userText !== null)
        this.#owed = owe(this.#owed, { kind: 'answer', turnId, origin, userText, ...by });
      else if (occasion) this.#owed = owe(this.#owed, { kind: 'reaction', occasion });
    } else if (userText !== null) {
      this.#perform({ kind: 'answer', turnId, origin, userText, ...by });
    } else {
      this.#perform({ kind: 'reaction', occasion: bothOf(occasion, item.occasion) });
    }
  }

  #perform(item: Owed): void {
    const { answering, now } = this.deps;
    switch (item.kind) {
      case 'reaction':
        answering.answer({
          ...now(),
          origin: 'trigger',
          userText: null,
          occasion: item.occasion,
        });
        return;
      case 'line':
        answering.say({ ...now(), origin: 'trigger', userText: null }, item.text);
        return;
      case 'answer': {
        const { turnId, origin, userText, speaker } = item;
        const by = speaker ? { speaker } : {};
        answering.answer({ ...now(), turnId, origin, userText, ...by });
      }
    }
  }
}
