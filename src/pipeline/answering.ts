import type { VoiceOut } from '../frames/voice-out.ts';
import { apology } from '../prompt/apology.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { AnswerRest } from '../turn/answer-rest.ts';
import type { ConversationEvent } from './conversation-event.ts';
import { Exchange, type AnswerSource, type ExchangeStart } from './exchange.ts';
import { judge, type Judging } from '../providers/moderation/judging.ts';
import { Guess, type Begun } from './guess.ts';
import { recite } from './performance.ts';
import type { ReplyEnd, Speech } from './reply.ts';
import { thinking, type ThinkingDeps } from './thinking.ts';
import { TurnBook, type TurnBookDeps } from './turn-book.ts';

export type AnsweringDeps = ThinkingDeps &
  TurnBookDeps & {
    tts: Tts;
    /** Judges what users say before it is answered. */
    moderation?: Moderation;
    voice: VoiceOut;
    speaker: { voice: string | undefined; language: string };
    emit: (event: ConversationEvent) => void;
    /** An answer is about to take the floor; what has it is cut by this. */
    onBegan: (start: ExchangeStart, isFixed: boolean) => void;
    onEnded: (turnId: string) => void;
  };

/** How a turn counts when its reply came to its end. */
type Outcome = 'completed' | 'aborted';

/** The character's side of a conversation: at most one answer that has the floor, and one begun on a guess. */
export class Answering {
  readonly #deps: AnsweringDeps;
  readonly #book: TurnBook;
  #running: Exchange | undefined;
  /** Its words were given, not thought. */
  #runningFixed = false;
  readonly #guess = new Guess((start) => this.#think(start));
  #speaking = true;

  constructor(deps: AnsweringDeps, history: TurnRecord[]) {
    this.#deps = deps;
    this.#book = new TurnBook(deps, history);
  }

  /** Who is being answered. */
  get speaker(): Participant | undefined {
    return this.#running?.start.speaker;
  }

  /** Whether later answers are spoken or only written. */
  setSpeaking(enabled: boolean): void {
    this.#speaking = enabled;
  }

  /** Begins the answer that would be given if the user were done now; nothing of it is heard. */
  guess(start: ExchangeStart): void {
    this.#guess.begin(start);
  }

  /** What the prompt is made of has changed: what was begun on a guess is begun anew. */
  renewGuess(): void {
    this.#guess.renew();
  }

  /** What has the floor. */
  get running(): { isFixed: boolean; isHeard: boolean } {
    return { isFixed: this.#runningFixed, isHeard: this.#running?.isHeard ?? false };
  }

  /** What is left of what has the floor. */
  get rest(): AnswerRest {
    return this.#running?.rest ?? { leftMs: undefined, asks: false };
  }

  /** Takes the running answer back, if nothing of it was heard. @returns what it was begun on */
  withdraw(): ExchangeStart | undefined {
    const exchange = this.#running;
    if (!exchange || this.#runningFixed || exchange.isHeard) return undefined;
    this.#running = undefined;
    exchange.cancel();
    this.#deps.voice.clear();
    const record = exchange.record('interrupted');
    // Words of a user are answered under the same turn; what nobody said begins another.
    if (exchange.start.userText === null) this.#book.complete(record, undefined);
    else this.#deps.emit({ kind: 'turnCompleted', record, abortReason: undefined });
    return exchange.start;
  }

  /** What was taken back is not answered any more. */
  giveUp({ turnId, origin, userText, speaker }: ExchangeStart): void {
    const startedAt = this.#deps.clock.nowAt().toISOString();
    const what = { id: turnId, origin, userText, ...(speaker && { speaker }), startedAt };
    this.#book.close({ ...what, assistantText: '', status: 'interrupted', stages: {} });
  }

  /** Cancels what was begun on a guess, down to the provider. */
  discardGuess(): void {
    this.#guess.discard();
  }

  /** Answers these words: with the answer begun on them, if there is one. */
  answer(start: ExchangeStart): void {
    this.#release(this.#guess.take(start), 'completed');
  }

  /** The character says these very words. */
  say(start: ExchangeStart, text: string, outcome: Outcome = 'completed'): void {
    this.#release(this.#begin(start, this.#reciting(text)), outcome, true);
  }

  /**
   * Ends the running answer where it is, for good.
   * @param mayGoOn whether the turn goes on with more words if nothing of its answer was heard
   * @returns the turn that goes on
   */
  cut(
    mayGoOn: boolean,
    bargeInToSilenceMs: number | undefined,
  ): { turnId: string; text: string } | undefined {
    const exchange = this.#running;
    this.#running = undefined;
    if (!exchange) return undefined;
    if (bargeInToSilenceMs !== undefined) exchange.noteSilence(bargeInToSilenceMs);
    const wasHeard = exchange.cancel();
    this.#deps.voice.clear();
    const { turnId, userText, origin } = exchange.start;
    const record = exchange.record('interrupted');
    if (!mayGoOn || wasHeard || origin !== 'speech' || userText === null) {
      this.#book.complete(record, undefined);
      this.#book.awaitResults(record, exchange.toolCalls);
      return undefined;
    }
    this.#deps.emit({ kind: 'turnCompleted', record, abortReason: undefined });
    return { turnId, text: userText };
  }

  /** Cuts what is running and stores it as far as it was heard; a store that is away is not waited for. */
  async close(): Promise<void> {
    this.#guess.discard();
    const exchange = this.#running;
    this.#running = undefined;
    if (!exchange) return;
    exchange.cancel();
    this.#deps.voice.clear();
    await this.#book.keepLast(exchange.record('interrupted'));
  }

  #think(start: ExchangeStart): Begun {
    return {
      ...this.#begin(start, thinking(start, this.#book.history, this.#deps)),
      judging: this.#judge(start),
    };
  }

  #judge({ userText }: ExchangeStart): Judging | undefined {
    const { moderation, log } = this.#deps;
    if (!moderation || userText === null) return undefined;
    return judge(userText, moderation, log);
  }

  #begin(start: ExchangeStart, source: AnswerSource): Begun {
    const exchange = new Exchange(start, {
      ...this.#deps,
      onProgress: (progressed) => {
        this.#book.keep(progressed.record('open'));
      },
      keep: (current) => this.#deps.store(current.record('open')),
    });
    return { exchange, done: exchange.begin(source, this.#speech()) };
  }

  #release(begun: Begun, outcome: Outcome, isFixed = false): void {
    const { exchange } = begun;
    this.#deps.onBegan(exchange.start, isFixed);
    this.#running = exchange;
    this.#runningFixed = isFixed;
    void this.#follow(begun, outcome);
  }

  /** Never rejects. */
  async #follow({ exchange, done, judging }: Begun, outcome: Outcome): Promise<void> {
    if (judging) await this.#releaseIfFit(exchange, judging);
    else this.#letSound(exchange);
    // Not before the judgement: a voice may fail at once, and nobody is told so about words that are blocked.
    await this.#onReplyEnd(exchange, await done, outcome);
  }

  #letSound(exchange: Exchange): void {
    this.#book.keep(exchange.record('open'));
    exchange.release();
  }

  /** What was only guessed at may have become other words. */
  async #releaseIfFit(exchange: Exchange, guessed: Judging): Promise<void> {
    const { start } = exchange;
    const judging = guessed.text === start.userText ? guessed : (this.#judge(start) ?? guessed);
    const reason = await judging.reason;
    if (this.#running !== exchange) return;
    if (reason !== undefined) {
      this.#deps.emit({ kind: 'moderated', userText: judging.text, reason });
    }
    if (typeof reason === 'string') this.#block(exchange);
    else this.#letSound(exchange);
  }

  /** Neither answered nor remembered: the next prompt must not have these words either. */
  #block(exchange: Exchange): void {
    exchange.cancel();
    this.#running = undefined;
    this.#book.complete({ ...exchange.record('aborted'), userText: null }, undefined);
    this.#deps.onEnded(exchange.turnId);
  }

  async #onReplyEnd(exchange: Exchange, end: ReplyEnd, outcome: Outcome): Promise<void> {
    if (this.#running !== exchange || end.kind === 'cancelled') return;
    if (end.kind === 'failed') {
      this.#noteFailure(exchange, end);
      if (end.stage === 'llm' && outcome === 'completed') {
        const source = this.#reciting(apology('thinking', this.#deps.speaker.language));
        const done = exchange.begin(source, this.#speech());
        exchange.release();
        await this.#onReplyEnd(exchange, await done, 'aborted');
        return;
      }
    }
    exchange.end();
    this.#running = undefined;
    const isUndelivered = end.kind === 'failed' && end.stage === 'tts';
    // History first: whoever waited for the floor is answered at once, by a prompt that has this turn.
    this.#book.complete(
      exchange.record(end.kind === 'failed' ? 'aborted' : outcome),
      isUndelivered ? 'audio_delivery_failed' : undefined,
    );
    this.#deps.onEnded(exchange.turnId);
  }

  #noteFailure(
    { turnId }: Exchange,
    { stage, cause }: Extract<ReplyEnd, { kind: 'failed' }>,
  ): void {
    this.#deps.log.warn({ err: cause, stage, turnId }, 'reply failed');
    const message = stage === 'llm' ? 'The model did not answer.' : 'Speech could not be made.';
    this.#deps.emit({ kind: 'failed', stage, message });
  }

  #reciting(text: string): AnswerSource {
    const now = this.#deps.stage();
    return () => () => recite(text, now);
  }

  #speech(): Speech | undefined {
    const { tts, speaker } = this.#deps;
    return this.#speaking ? { tts, ...speaker } : undefined;
  }
}
