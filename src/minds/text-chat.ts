import { randomUUID } from 'node:crypto';
import type { RunningAnswers } from '../chats/running-answers.ts';
import type { Turns } from '../chats/turns.ts';
import type { WrittenTurns } from '../chats/written-turns.ts';
import type { Db } from '../db/db.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { OwnModels } from '../models/own-models.ts';
import { buildPrompt } from '../prompt/prompt.ts';
import type { Told } from '../prompt/told.ts';
import { estimateTokens } from '../prompt/tokens.ts';
import { mostQueryChars, type Material } from '../protocol/material.ts';
import { endOf } from '../protocol/plain-text.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { inCharacter } from '../providers/in-character.ts';
import { judge } from '../providers/moderation/judging.ts';
import type { Providers } from '../providers/open-providers.ts';
import { ProviderFailed } from '../providers/provider-failed.ts';
import { retryOnce } from '../providers/retry.ts';
import { TurnWork } from '../providers/turn-work.ts';
import { WrittenAnswer } from '../script/written-answer.ts';
import type { Log } from '../telemetry/log.ts';
import {
  AnswerFailed,
  AnswerRunning,
  NoAnswer,
  NothingToAnswer,
  TurnPassed,
  WordsRefused,
} from './answer-failed.ts';
import type { Inspection } from './inspection.ts';
import type { Recall } from './recall.ts';
import { recollect, type RecollectingDeps } from './recollecting.ts';
import { actsOf, askedWith, newEnding, optionsOf, type Answering } from './text-asking.ts';
import type { CountedWords, KnownWords, TextAnswer, TextRequest } from './text-request.ts';

export type TextChatDeps = {
  turns: Pick<Turns, 'history'>;
  written: Pick<WrittenTurns, 'keep'>;
  running: Pick<RunningAnswers, 'enter'>;
  models: Pick<OwnModels, 'settings'>;
  providers: Providers;
  /** Undefined: nothing is ever recalled. */
  recall?: Pick<Recall, 'hasAny' | 'find'>;
  clock: Clock;
  log: Log;
  /** What characters remember; absent: nothing. */
  recollecting?: RecollectingDeps;
  /** In the transaction that stores a turn, before the turn: what a death after it must not lose. */
  keeping?: (tx: Db, conversationId: string) => Promise<void>;
  /** A turn was stored. */
  onKept?: (request: TextRequest, turn: TurnRecord) => void;
};

/** More than any prompt budget takes. */
const historyTurns = 200;
const nothingTold: Told = { staticText: '', updates: [], scene: [], events: [], templateKeys: {} };

/** What is answered, on which past. */
type Question = Pick<TextRequest, 'words' | 'occasion'> & {
  history: TurnRecord[];
  /** The turn that the answer takes the place of. */
  replaced: TurnRecord | undefined;
};

/**
 * Characters in writing: the same characters, conversations and prompt as voice sessions have, whichever API asks. A
 * conversation that was begun here goes on by voice under the same id, and the other way round.
 */
export class TextChat {
  constructor(private readonly deps: TextChatDeps) {}

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
      for await (const piece of await this.#think(request, question, { work, ending, signal })) {
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

  /** The model's answer, asked a second time when it failed before its first word. */
  async #think(
    request: TextRequest,
    { words, history, occasion }: Question,
    { work, ending, signal }: Answering,
  ): Promise<AsyncGenerator<string, void>> {
    const { workspaceId, character, speaker, told, toolNotes } = request;
    const { models, providers, clock, log } = this.deps;
    const material = words === null ? undefined : await this.#recall(request, words, work);
    const ownLlm = await models.settings(workspaceId, character.model);
    const { llm } = inCharacter(providers, character, ownLlm, { clock });
    const remembered = await this.#remembered(request);
    const messages = buildPrompt({
      character,
      told: { ...nothingTold, ...told },
      history,
      remembered,
      userText: words,
      ...(speaker && { speaker }),
      ...(occasion && { occasion }),
      ...(material && { material }),
      ...(toolNotes && { toolNotes }),
      inWriting: true,
    });
    const promptTokens = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
    const options = optionsOf(request, { work, ending, signal });
    const once = () => {
      ending.calls.length = ending.acts.length = 0;
      return askedWith(llm, messages, options, request.actions);
    };
    const onRetry = (err: ProviderFailed) => {
      log.warn({ err }, 'an answer in writing is asked for again');
    };
    return work.thinking(retryOnce(once, onRetry), promptTokens);
  }

  /** What documents and memory have about the words. A reader waits for it like for the model. */
  async #recall(
    { workspaceId, character, conversationId, speaker }: TextRequest,
    words: string,
    work: TurnWork,
  ): Promise<Material[] | undefined> {
    const { recall, clock } = this.deps;
    const speakerId = speaker?.speakerId ?? null;
    const scope = {
      workspaceId,
      characterId: character.id,
      conversationId: conversationId ?? '',
      endUserId: speakerId,
      remembers: conversationId !== null,
    };
    if (!recall || !(await recall.hasAny(scope))) return undefined;
    const startedMs = clock.nowMs();
    const query = { text: endOf(words, mostQueryChars), speakerId };
    const material = await recall.find(scope, query);
    work.recalled({ material, ms: Math.round(clock.nowMs() - startedMs), late: false });
    return material;
  }

  /** What the character has of the past, for this writer; nothing where nothing is kept. */
  async #remembered({ workspaceId, character, conversationId, speaker }: TextRequest) {
    const { recollecting } = this.deps;
    if (!recollecting || conversationId === null) return { facts: [], summary: '' };
    const of = { workspaceId, conversationId, character };
    const ids = speaker?.speakerId == null ? [] : [speaker.speakerId];
    const { people, summary } = await recollect(of, ids, recollecting);
    return { facts: people[0]?.facts ?? [], summary: summary?.text ?? '' };
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
