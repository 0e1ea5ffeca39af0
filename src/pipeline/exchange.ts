import type { Clock } from '../lifetime/clock.ts';
import type { Occasion } from '../prompt/occasion.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ToolCallRecord, TurnRecord, TurnStages } from '../protocol/turn-record.ts';
import type { ConversationEvent } from './conversation-event.ts';
import type { Lines } from './performance.ts';
import {
  Reply,
  type ReplyDeps,
  type ReplyEnd,
  type ReplyEvent,
  type ReplyTimes,
  type Speech,
} from './reply.ts';
import type { AnswerRest } from '../turn/answer-rest.ts';
import { TurnWork, type RecogniserWork } from '../providers/turn-work.ts';

export type ExchangeStart = {
  turnId: string;
  origin: TurnRecord['origin'];
  /** What is answered; null when the character speaks unasked. */
  userText: string | null;
  /** Who said it, where that is known. */
  speaker?: Participant;
  /** What is spoken about, where nobody's words are answered. */
  occasion?: Occasion;
  /** When the user's speech ended or their text came; every stage is counted from here. */
  zeroMs: number;
  /** When the words that are answered were known. */
  wordsAtMs: number;
  /** Words that were heard of this answer before a failure; the record keeps them. */
  heardBefore?: string;
  /** Absent when the words were not spoken. */
  recogniser?: RecogniserWork;
};

/** Where an answer's lines come from; what a provider does for them counts as this turn's work. `keep` stores the turn as it is. */
export type AnswerSource = (work: TurnWork, keep: () => Promise<void>) => Lines;

export type ExchangeDeps = ReplyDeps & {
  clock: Clock;
  emit: (event: ConversationEvent) => void;
  /** A further piece of the answer is being heard: keep what was heard until now. */
  onProgress: (exchange: Exchange) => void;
  /** Resolves when it is stored as it is. */
  keep: (exchange: Exchange) => Promise<void>;
};

/** One turn from its words to the end of its answer: the reply, what the client is told of it, and its record. */
export class Exchange {
  readonly #startedAt: string;
  readonly #stages: TurnStages;
  readonly #work: TurnWork;
  #start: ExchangeStart;
  #reply: Reply | undefined;
  #times: ReplyTimes = {};
  #heardBefore: string;
  #sounding = false;
  #writing = false;
  #synthesising = false;
  #lastText = '';
  /** What is written next stands behind words that a failure broke off. */
  #needsBlank = false;

  constructor(
    start: ExchangeStart,
    private readonly deps: ExchangeDeps,
  ) {
    this.#start = start;
    this.#startedAt = deps.clock.nowAt().toISOString();
    this.#heardBefore = start.heardBefore ?? '';
    this.#work = new TurnWork(deps.clock, start.recogniser);
    this.#stages = { transcriptMs: round(start.wordsAtMs - start.zeroMs), speculative: false };
  }

  get start(): ExchangeStart {
    return this.#start;
  }

  get turnId(): string {
    return this.start.turnId;
  }

  /** Whether anything of the answer was heard or, in writing, shown. */
  get isHeard(): boolean {
    return this.#heardBefore !== '' || (this.#reply?.heard().text ?? '') !== '';
  }

  /** What of the answer is still to be heard. */
  get rest(): AnswerRest | undefined {
    return this.#reply?.rest;
  }

  /** The words are known better now, and the answer is one to them as well. */
  amend({ userText, zeroMs, wordsAtMs, recogniser }: ExchangeStart): void {
    this.#start = { ...this.#start, userText, zeroMs, wordsAtMs };
    this.#work.hearing(recogniser);
    // Begun on a guess: only then the words become better known.
    this.#stages.speculative = true;
    this.#stages.transcriptMs = round(wordsAtMs - zeroMs);
  }

  /** Begins an answer, a second one too when the first failed. Nothing is heard before `release`. */
  begin(source: AnswerSource, speech: Speech | undefined): Promise<ReplyEnd> {
    if (this.#reply) this.#heardBefore = join(this.#heardBefore, this.#reply.heard().text);
    this.#needsBlank = /\S$/u.test(this.#lastText);
    const lines = source(this.#work, () => this.deps.keep(this));
    const spoken = speech && { ...speech, tts: this.#work.speaking(speech.tts) };
    this.#reply = new Reply(this.turnId, lines, spoken, this.deps, (event) => {
      this.#onReplyEvent(event);
    });
    // The times of the first answer count, also when an apology follows it.
    if (this.#times.token === undefined) this.#times = this.#reply.times;
    return this.#reply.done;
  }

  release(): void {
    this.#stages.endpointMs ??= round(this.deps.clock.nowMs() - this.start.zeroMs);
    this.#reply?.release();
  }

  /** Stops everything. @returns whether anything of the answer was heard or, in writing, shown */
  cancel(): boolean {
    const { ms, text } = this.#reply?.heard() ?? { ms: 0, text: '' };
    this.#stages.heardMs = round(ms);
    this.#heardBefore = join(this.#heardBefore, text);
    this.#reply?.cancel();
    this.#reply = undefined;
    this.#closeMarks();
    return this.#heardBefore !== '';
  }

  /** The functions that were called for it, as they stand. */
  get toolCalls(): readonly ToolCallRecord[] {
    return this.#work.toolCalls;
  }

  noteSilence(bargeInToSilenceMs: number): void {
    this.#stages.bargeInToSilenceMs = round(bargeInToSilenceMs);
  }

  /** The reply came to its own end. */
  end(): void {
    if (this.#reply) this.#stages.heardMs = round(this.#reply.heard().ms);
    this.#closeMarks();
  }

  record(status: TurnRecord['status']): TurnRecord {
    const { turnId, origin, userText, speaker } = this.start;
    return {
      id: turnId,
      origin,
      userText,
      ...(speaker && { speaker }),
      assistantText: join(this.#heardBefore, this.#reply?.heard().text ?? ''),
      status,
      stages: {
        ...this.#stages,
        ...this.#work.recallStages,
        ...this.#replyStages(),
        providers: this.#work.times,
      },
      ...(this.#work.material.length > 0 && { material: [...this.#work.material] }),
      ...(this.#work.toolCalls.length > 0 && {
        toolCalls: this.#work.toolCalls.map((call) => ({ ...call })),
      }),
      ...(status !== 'open' && { usage: this.#work.usage }),
      startedAt: this.#startedAt,
    };
  }

  #replyStages(): TurnStages {
    const since = (atMs: number | undefined) =>
      atMs === undefined ? undefined : round(atMs - this.start.zeroMs);
    const { token, clause, byte, sound } = this.#times;
    const stages: TurnStages = {};
    const set = (
      name: 'llmFirstTokenMs' | 'firstClauseMs' | 'ttsFirstByteMs' | 'firstSoundMs',
      ms?: number,
    ) => {
      if (ms !== undefined) stages[name] = ms;
    };
    set('llmFirstTokenMs', since(token));
    set('firstClauseMs', since(clause));
    set('ttsFirstByteMs', since(byte));
    set('firstSoundMs', since(sound));
    return stages;
  }

  #onReplyEvent(event: ReplyEvent): void {
    const { emit } = this.deps;
    const { turnId } = this;
    switch (event.kind) {
      case 'textBegan':
        // An apology goes on in the text of the answer that failed: a turn has one.
        if (this.#writing) return;
        this.#writing = true;
        emit({ kind: 'replyTextBegan', turnId });
        return;
      case 'text':
        this.#lastText = event.text;
        emit({ kind: 'replyText', turnId, text: `${this.#needsBlank ? ' ' : ''}${event.text}` });
        this.#needsBlank = false;
        return;
      case 'textEnded':
        this.#endText();
        return;
      case 'silence':
        emit({ kind: 'noResponse', turnId, reason: event.reason });
        return;
      case 'actions':
        emit({ kind: 'actions', turnId, actions: event.actions });
        return;
      case 'story':
        emit({ kind: 'story', turnId, from: event.from, to: event.to });
        return;
      case 'emotion':
        emit({ kind: 'emotion', turnId, emotion: event.emotion });
        return;
      case 'synthesisBegan':
        if (this.#synthesising) return;
        this.#synthesising = true;
        emit({ kind: 'synthesisBegan', turnId });
        return;
      case 'soundBegan':
        if (this.#sounding) return;
        this.#sounding = true;
        emit({ kind: 'botStartedSpeaking', turnId });
        return;
      case 'pieceBegan':
        this.deps.onProgress(this);
    }
  }

  #endText(): void {
    if (!this.#writing) return;
    this.#writing = false;
    this.deps.emit({ kind: 'replyTextEnded', turnId: this.turnId });
  }

  #closeMarks(): void {
    this.#endText();
    if (!this.#sounding) return;
    this.#sounding = false;
    this.deps.emit({ kind: 'botStoppedSpeaking', turnId: this.turnId });
  }
}

const round = (ms: number) => Math.max(0, Math.round(ms));
const join = (before: string, after: string) =>
  [before, after].filter((text) => text !== '').join(' ');
