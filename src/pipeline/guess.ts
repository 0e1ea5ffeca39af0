import type { Judging } from '../providers/moderation/judging.ts';
import { agreeInSubstance } from '../turn/agreement.ts';
import type { Exchange, ExchangeStart } from './exchange.ts';
import type { ReplyEnd } from './reply.ts';

/** An answer on its way, of which nothing is heard yet. */
export type Begun = { exchange: Exchange; done: Promise<ReplyEnd>; judging?: Judging | undefined };

/** The answer begun on what may be the whole utterance; the user may still go on. */
export class Guess {
  #begun: Begun | undefined;

  constructor(private readonly think: (start: ExchangeStart) => Begun) {}

  /** Begins the answer that would be given now. One that was begun on words which say the same goes on. */
  begin(start: ExchangeStart): void {
    if (this.#for(start)) return;
    this.discard();
    this.#begun = this.think(start);
  }

  /** What the prompt is made of has changed: it is begun anew. */
  renew(): void {
    const start = this.#begun?.exchange.start;
    this.discard();
    if (start) this.begin(start);
  }

  /** The words are these: the answer begun on them, or else one that begins now. */
  take(start: ExchangeStart): Begun {
    const begun = this.#for(start);
    if (begun) this.#begun = undefined;
    else this.discard();
    return begun ?? this.think(start);
  }

  /** Cancels it, down to the provider. */
  discard(): void {
    this.#begun?.exchange.cancel();
    this.#begun?.judging?.abandon();
    this.#begun = undefined;
  }

  /** What was begun on these words, or on words that agree with them in substance. */
  #for(start: ExchangeStart): Begun | undefined {
    const begun = this.#begun;
    const guessed = begun?.exchange.start.userText ?? null;
    if (guessed === null || start.userText === null) return undefined;
    if (!agreeInSubstance(guessed, start.userText)) return undefined;
    begun?.exchange.amend(start);
    return begun;
  }
}
