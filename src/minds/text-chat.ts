import { randomUUID } from 'node:crypto';
import type { RunningAnswers } from '../chats/running-answers.ts';
import type { Turns } from '../chats/turns.ts';
import type { WrittenTurns } from '../chats/written-turns.ts';
import type { Db } from '../db/db.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { judge } from '../providers/moderation/judging.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import { TurnWork } from '../providers/turn-work.ts';
import { WrittenAnswer } from '../script/written-answer.ts';
import {
  AnswerFailed,
  AnswerRunning,
  NoAnswer,
  NothingToAnswer,
  TurnPassed,
  WordsRefused,
} from './answer-failed.ts';
import type { Inspection } from './inspection.ts';
import { actsOf, newEnding } from './text-asking.ts';
import { TextMind, type TextMindDeps, type TextQuestion } from './text-mind.ts';
import type { CountedWords, KnownWords, TextAnswer, TextRequest } from './text-request.ts';

export type TextChatDeps = TextMindDeps & {
  turns: Pick<Turns, 'history'>;
  written: Pick<WrittenTurns, 'keep'>;
  running: Pick<RunningAnswers, 'enter'>;
  /** In the transaction that stores a turn, before the turn: what a death after it must not lose. */
  keeping?: (tx: Db, conversationId: string) => Promise<void>;
  /** A turn was stored. */
  onKept?: (request: TextRequest, turn: TurnRecord) => void;
};

/** More than any prompt budget takes. */
const historyTurns = 200;

/** @property replaced the turn that the answer takes the place of */
type Question = TextQuestion & { replaced: TurnRecord | undefined };

/**
 * Characters in writing: the same characters, conversations and prompt as voice sessions have, whichever API asks. A
 * conversation that was begun here goes on by voice under the same id, and the other way round.
 */
export class TextChat {
  readonly #mind: TextMind;

  constructor(private readonly deps: TextChatDeps) {
    this.#mind = new TextMind(deps);
  }

  /**
   * Answers in pieces that are ready to be shown: without markdown, stage directions and marks; emoji stay. Ending the
   * iteration or aborting ends the call to the model, and then nothing is kept.
   * @returns the turn as it was kept; its `assistantText` is exactly the pieces joined
   * @throws {AnswerRunning | NothingToAnswer | TurnPassed | WordsRefused | AnswerFailed | NoAnswer | ConversationGone}
   *   with nothing kept
   */
  async *stream(request: TextRequest, signal: AbortSignal): AsyncGenerator<string, TextAnswer> {
    const leave = await this.#enter(request);
    try {
      return yield* this.#answer(request, signal);
    } finally {
      await leave();
    }
  }

  /** As `stream`, the whole answer at once. */
  async answer(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const pieces = this.stream(request, signal);
    for (;;) {
      const next = await pieces.next();
      if (next.done) return next.value;
    }
  }

  /**
   * Keeps words of the character that are known already: its answer to the request's words, or a turn that it took
   * unasked.
   * @param known or what finds them out: from then on, one answer at a time
   * @throws {AnswerRunning | NothingToAnswer | TurnPassed}
   */
  async tell(
    request: TextRequest,
    known: KnownWords | (() => Promise<KnownWords>),
  ): Promise<TextAnswer> {
    const leave = await this.#enter(request);
    try {
      const found = typeof known === 'function' ? await known() : known;
      const words: CountedWords = typeof found === 'string' ? { text: found } : found;
      const { replaced, words: asked } = request.anew
        ? await this.#question(request)
        : { replaced: undefined, words: request.words };
      const turn: TurnRecord = {
        id: idOf(request, replaced),
        origin: asked === null ? 'trigger' : 'text',
        userText: asked,
        ...(request.speaker && { speaker: request.speaker }),
        assistantText: words.text,
        status: 'completed',
        stages: {},
        ...(words.usage && { usage: words.usage }),
        startedAt: this.deps.clock.nowAt().toISOString(),
      };
      const position = await this.#keep(request, replaced, turn);
      return { turn, position, finishReason: 'stop', calls: [] };
    } finally {
      await leave();
    }
  }

  /** Takes the conversation for one answer. @returns what gives it back. @throws {AnswerRunning} */
  async #enter({
    conversationId,
    isIndependent = false,
  }: TextRequest): Promise<() => Promise<void>> {
    if (conversationId === null || isIndependent) return () => Promise.resolve();
    const leave = await this.deps.running.enter(conversationId);
    if (!leave) throw new AnswerRunning();
    return leave;
  }

  async *#answer(request: TextRequest, signal: AbortSignal): AsyncGenerator<string, TextAnswer> {
    const { clock } = this.deps;
    const startedAt = clock.nowAt().toISOString();
    const zeroMs = clock.nowMs();
    const question = await this.#question(request);
    const work = new TurnWork(clock, undefined);
    const answer = new WrittenAnswer(request.character.name);
    const fit = request.inspection ?? this.#judge(question.words);
    let llmFirstTokenMs: number | undefined;
    const ending = newEnding();
    try {
      for await (const piece of await this.#mind.answer(request, question, {
        work,
        ending,
        signal,
      })) {
        llmFirstTokenMs ??= Math.round(clock.nowMs() - zeroMs);
        const said = answer.push(piece);
        const shown = said === '' ? '' : await fit.pass(said);
        if (shown !== '') yield shown;
        if (answer.isFull) break;
      }
      const rest = await fit.end(answer.end());
      if (rest !== '') yield rest;
    } catch (cause) {
      signal.throwIfAborted();
      throw cause instanceof ProviderFailed ? new AnswerFailed(cause) : cause;
    } finally {
      fit.abandon();
    }
    signal.throwIfAborted();
    const actions = actsOf(request, answer.steps, ending, this.deps.log);
    if (answer.text === '' && ending.calls.length + actions.length === 0) throw new NoAnswer();
    const turn: TurnRecord = {
      id: idOf(request, question.replaced),
      origin: question.words === null ? 'trigger' : 'text',
      userText: question.words,
      ...(request.speaker && { speaker: request.speaker }),
      assistantText: answer.text,
      status: 'completed',
      stages: {
        ...(llmFirstTokenMs !== undefined && { llmFirstTokenMs }),
        ...work.recallStages,
        providers: work.times,
      },
      ...(work.material.length > 0 && { material: [...work.material] }),
      usage: work.usage,
      startedAt,
    };
    // A call is no end: what the application sends with its result is answered, and that is kept.
    const isCall = ending.calls.length > 0;
    const position = isCall ? null : await this.#keep(request, question.replaced, turn);
    return {
      ...{ turn, position, calls: ending.calls, actions },
      finishReason: answer.isFull ? 'length' : ending.finishReason,
    };
  }

  async #question(request: TextRequest): Promise<Question> {
    const { conversationId, workspaceId, occasion } = request;
    const kept =
      conversationId === null
        ? []
        : await this.deps.turns.history({ workspaceId, conversationId }, historyTurns);
    const replaced = request.anew ? kept.pop() : undefined;
    // Chosen before the conversation was taken: another answer may have come meanwhile.
    if (request.anew && request.turnId !== undefined && replaced?.id !== request.turnId)
      throw new TurnPassed();
    const words = request.words ?? replaced?.userText ?? null;
    if (words === null && !occasion) throw new NothingToAnswer();
    const history = request.history ?? kept;
    return { words, history, replaced, ...(occasion && { occasion }) };
  }

  /** Judges the words beside the answer to them. */
  #judge(words: string | null): Inspection {
    const { moderation } = this.deps.providers;
    const free = (text: string) => Promise.resolve(text);
    if (!moderation || words === null) return { pass: free, end: free, abandon: () => undefined };
    const { reason, abandon } = judge(words, moderation, this.deps.log);
    const sure = async (text: string) => {
      const why = await reason;
      if (typeof why === 'string') throw new WordsRefused(why);
      return text;
    };
    return { pass: sure, end: sure, abandon };
  }

  async #keep(
    request: TextRequest,
    replaced: TurnRecord | undefined,
    turn: TurnRecord,
  ): Promise<number | null> {
    const { conversationId, workspaceId, conversationBegan: began } = request;
    if (conversationId === null) return null;
    const of = { workspaceId, conversationId, began };
    const position = await this.deps.written.keep(of, turn, {
      replaces: replaced?.id,
      request: request.key,
      before: (tx) => this.deps.keeping?.(tx, conversationId),
      after: (tx) => request.keeping?.(tx),
    });
    this.deps.onKept?.(request, turn);
    return position;
  }
}

/** A turn that takes the place of another is known by the same id. */
const idOf = (request: TextRequest, replaced: TurnRecord | undefined) =>
  replaced?.id ?? request.turnId ?? randomUUID();
