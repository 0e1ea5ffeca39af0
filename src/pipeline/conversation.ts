import type { PcmFrame } from '../frames/pcm.ts';
import type { VoiceOut } from '../frames/voice-out.ts';
import type { Clock } from '../lifetime/clock.ts';
import { apology } from '../prompt/apology.ts';
import type { PromptMessage } from '../prompt/prompt.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Llm } from '../providers/llm/llm.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { VadStream } from '../providers/vad/vad.ts';
import type { Log } from '../telemetry/log.ts';
import { wordsEndpointer, type Endpointer } from '../turn/endpointing.ts';
import type { SpeechDetection } from '../turn/speech-detector.ts';
import { step, type Turn, type TurnEffect, type TurnEvent, type TurnRules } from '../turn/turn.ts';
import type { ConversationEvent } from './conversation-event.ts';
import { Exchange, type ExchangeStart } from './exchange.ts';
import type { ReplyEnd, Words } from './reply.ts';
import { retryOnce } from './retry.ts';
import { Utterance } from './utterance.ts';

export type ConversationDeps = {
  clock: Clock;
  log: Log;
  stt: Stt;
  llm: Llm;
  tts: Tts;
  vad: VadStream;
  voice: VoiceOut;
  newId: () => string;
  speaker: { voice: string | undefined; language: string };
  endpointer?: Endpointer;
  detection?: SpeechDetection;
  /** @param brokenOff what was heard of an answer that a failure broke off */
  prompt: (history: TurnRecord[], userText: string | null, brokenOff?: string) => PromptMessage[];
  /** Resolves when the record is stored for good. */
  store: (record: TurnRecord) => Promise<void>;
  emit: (event: ConversationEvent) => void;
};

/** Turns that the prompt may draw from; older ones are in the journal. */
const mostHistory = 200;
/**
 * Two VAD windows of silence. Every pause this long costs a transcription, most of them in vain; every window more is
 * heard as latency at each turn's end.
 */
const guessAfterMs = 60;

/**
 * The one place where hearing, thinking and speaking meet: it feeds the turn machine and does what that asks for. An
 * answer is begun as soon as the user may be done, and heard only when they are.
 */
export class Conversation {
  readonly #deps: ConversationDeps;
  readonly #rules: TurnRules;
  readonly #utterance: Utterance;
  readonly #history: TurnRecord[];
  readonly #closing = new AbortController();
  #turn: Turn = { state: 'listening' };
  #exchange: Exchange | undefined;
  /** Begun on what may be the whole utterance; the user may still go on. */
  #guess: { exchange: Exchange; done: Promise<ReplyEnd> } | undefined;
  #pausedAtMs: number | undefined;
  #userSpeaking = false;
  #speaking = true;
  #hearing = true;
  #cancelWake: () => void = () => undefined;

  constructor(deps: ConversationDeps, history: TurnRecord[]) {
    this.#deps = deps;
    this.#history = [...history];
    this.#rules = { endpointer: deps.endpointer ?? wordsEndpointer(), guessAfterMs };
    this.#utterance = new Utterance({
      ...deps,
      language: deps.speaker.language,
      onRetry: this.#noteRetry,
    });
  }

  /** Hears this microphone until it ends or `signal` aborts. Never rejects for what a provider does. */
  async hearFrom(microphone: AsyncIterable<PcmFrame>, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const heard = this.#unmuted(microphone);
    for await (const change of this.#utterance.changes(heard, until)) this.#dispatch(change);
  }

  /** No sound comes from the microphone for now, as when it was muted in mid-word. */
  microphoneSilent(): void {
    const change = this.#utterance.fallSilent();
    if (change) this.#dispatch(change);
  }

  /** The user wrote: an answer that is running is cut, and this is answered. */
  type(text: string): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#dispatch({ kind: 'interrupt' });
    this.#deps.emit({ kind: 'userTranscript', text, final: true });
    this.#open(
      { origin: 'text', userText: text, zeroMs: nowMs, wordsAtMs: nowMs },
      this.#thinking(text),
    );
  }

  /** The character says these very words. */
  say(text: string, origin: 'greeting' | 'trigger'): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#dispatch({ kind: 'interrupt' });
    this.#open({ origin, userText: null, zeroMs: nowMs, wordsAtMs: nowMs }, constant(text));
  }

  /** Takes up a turn whose answer was lost with the process that gave it. */
  resume(turn: TurnRecord): void {
    const nowMs = this.#deps.clock.nowMs();
    const { id: turnId, userText, assistantText: heardBefore, origin } = turn;
    if (userText === null && heardBefore === '') return;
    this.#open(
      { turnId, origin, userText, zeroMs: nowMs, wordsAtMs: nowMs, heardBefore },
      this.#thinking(userText, heardBefore),
    );
  }

  /** Falls silent at once; the user keeps the floor. */
  interrupt(): void {
    this.#dispatch({ kind: 'interrupt' });
  }

  /** Push-to-talk was released: whatever was said until now is the turn. */
  forceEnd(): void {
    this.#utterance.endNow();
    this.#dispatch({ kind: 'forceEnd' });
  }

  /** Whether the microphone counts. Switched off in mid-speech it ends the turn, as a released push-to-talk button. */
  setHearing(enabled: boolean): void {
    if (this.#hearing && !enabled) this.forceEnd();
    this.#hearing = enabled;
  }

  /** Whether later answers are spoken or only written. */
  setSpeaking(enabled: boolean): void {
    this.#speaking = enabled;
  }

  /** Cuts what is running, stores it as far as it was heard, and stops listening. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#cancelWake();
    this.#utterance.cancelTranscription();
    this.#discardGuess();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (!exchange) return;
    exchange.cancel();
    this.#deps.voice.clear();
    await this.#deps.store(exchange.record('interrupted'));
  }

  async *#unmuted(microphone: AsyncIterable<PcmFrame>): AsyncGenerator<PcmFrame, void> {
    for await (const frame of microphone) if (this.#hearing) yield frame;
  }

  #dispatch(event: TurnEvent): void {
    if (this.#closing.signal.aborted) return;
    const { next, effects } = step(this.#turn, event, this.#deps.clock.nowMs(), this.#rules);
    this.#turn = next;
    for (const effect of effects) this.#do(effect);
    if (!this.#userSpeaking && (this.#turn.state === 'hearing' || this.#turn.state === 'pausing')) {
      this.#userSpeaking = true;
      this.#deps.emit({ kind: 'userStartedSpeaking' });
    }
  }

  #do(effect: TurnEffect): void {
    switch (effect.kind) {
      case 'wakeAt':
        this.#wakeAt(effect.atMs);
        return;
      case 'transcribe':
        void this.#transcribe();
        return;
      case 'discardGuess':
        this.#utterance.cancelTranscription();
        this.#discardGuess();
        return;
      case 'dropUtterance':
        this.#dropUtterance();
        return;
      case 'answer':
        this.#answer();
        return;
      case 'apologise':
        this.#apologise();
        return;
      case 'pauseVoice':
        this.#pausedAtMs = this.#deps.clock.nowMs();
        this.#deps.voice.pause();
        return;
      case 'resumeVoice':
        this.#pausedAtMs = undefined;
        this.#deps.voice.resume();
        return;
      case 'cut':
        this.#cut(effect.by, effect.sinceMs);
    }
  }

  #wakeAt(atMs: number): void {
    this.#cancelWake();
    this.#cancelWake = this.#deps.clock.after(atMs - this.#deps.clock.nowMs(), () => {
      this.#dispatch({ kind: 'woken' });
    });
  }

  async #transcribe(): Promise<void> {
    const result = await this.#utterance.transcribe();
    switch (result.kind) {
      case 'superseded':
        return;
      case 'failed':
        this.#deps.log.warn({ err: result.cause }, 'transcription failed');
        this.#deps.emit({
          kind: 'failed',
          stage: 'stt',
          message: 'Speech could not be transcribed.',
        });
        this.#dispatch({ kind: 'transcriptFailed' });
        return;
      case 'words':
        this.#dispatch({ kind: 'transcript', words: result.text });
        if (this.#turn.state === 'pausing' && result.text !== '') this.#guessAt(result.text);
    }
  }

  /** The user may be done: begins the answer that would be given then. */
  #guessAt(words: string): void {
    this.#deps.emit({ kind: 'userTranscript', text: words, final: false });
    this.#discardGuess();
    const start = this.#utterance.asTurn();
    const exchange = this.#newExchange(start);
    const done = exchange.begin(this.#thinking(start.userText), this.#speech());
    this.#guess = { exchange, done };
  }

  /** The turn is over. The answer begun on these very words is let out; else one is begun. */
  #answer(): void {
    const start = this.#utterance.asTurn();
    this.#userDone();
    this.#deps.emit({ kind: 'userTranscript', text: this.#utterance.words, final: true });
    this.#utterance.settle();
    const guess = this.#guess;
    if (guess?.exchange.start.userText === start.userText) {
      this.#guess = undefined;
      this.#release(guess.exchange, guess.done);
    } else {
      this.#discardGuess();
      this.#open(start, this.#thinking(start.userText));
    }
  }

  /** What was said could not be transcribed. */
  #apologise(): void {
    const { turnId, userText, origin } = this.#utterance.asTurn();
    const nowMs = this.#deps.clock.nowMs();
    this.#utterance.settle();
    const start = { turnId, origin, userText: userText || null, zeroMs: nowMs, wordsAtMs: nowMs };
    this.#open(start, constant(apology('hearing', this.#deps.speaker.language)), 'aborted');
  }

  #open(
    start: Omit<ExchangeStart, 'turnId'> & { turnId?: string },
    words: Words,
    status?: 'aborted',
  ): void {
    const exchange = this.#newExchange({ ...start, turnId: start.turnId ?? this.#deps.newId() });
    this.#release(exchange, exchange.begin(words, this.#speech()), status);
  }

  #release(
    exchange: Exchange,
    done: Promise<ReplyEnd>,
    status: 'completed' | 'aborted' = 'completed',
  ): void {
    this.#utterance.forget();
    this.#userDone();
    // What was running is cut by this, before the new exchange takes its place.
    this.#dispatch({ kind: 'replyBegan', turnId: exchange.turnId });
    this.#exchange = exchange;
    this.#keep(exchange.record('open'));
    exchange.release();
    void done.then((end) => this.#onReplyEnd(exchange, end, status));
  }

  async #onReplyEnd(
    exchange: Exchange,
    end: ReplyEnd,
    status: 'completed' | 'aborted',
  ): Promise<void> {
    if (this.#exchange !== exchange || end.kind === 'cancelled') return;
    if (end.kind === 'failed') {
      this.#deps.log.warn(
        { err: end.cause, stage: end.stage, turnId: exchange.turnId },
        'reply failed',
      );
      const message =
        end.stage === 'llm' ? 'The model did not answer.' : 'Speech could not be made.';
      this.#deps.emit({ kind: 'failed', stage: end.stage, message });
      if (end.stage === 'llm' && status === 'completed') {
        const words = constant(apology('thinking', this.#deps.speaker.language));
        const done = exchange.begin(words, this.#speech());
        exchange.release();
        await this.#onReplyEnd(exchange, await done, 'aborted');
        return;
      }
    }
    exchange.end();
    this.#exchange = undefined;
    this.#dispatch({ kind: 'replyEnded', turnId: exchange.turnId });
    const deliveryFailed = end.kind === 'failed' && end.stage === 'tts';
    await this.#complete(
      exchange.record(end.kind === 'failed' ? 'aborted' : status),
      deliveryFailed ? 'audio_delivery_failed' : undefined,
    );
  }

  /** Ends the running answer where it is. */
  #cut(by: 'speech' | 'request', sinceMs: number): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (!exchange) return;
    const silentAtMs = this.#pausedAtMs ?? this.#deps.clock.nowMs();
    this.#pausedAtMs = undefined;
    exchange.noteSilence(silentAtMs - sinceMs);
    const wasHeard = exchange.cancel();
    this.#deps.voice.clear();
    const { userText, origin } = exchange.start;
    const goesOn = !wasHeard && by === 'speech' && origin === 'speech' && userText !== null;
    if (goesOn) this.#utterance.carry(exchange.turnId, userText);
    void this.#complete(exchange.record('interrupted'), undefined, goesOn);
  }

  /** @param goesOn the turn is not history yet: it will be answered under the same id with more words */
  async #complete(
    record: TurnRecord,
    abortReason: 'audio_delivery_failed' | undefined,
    goesOn = false,
  ): Promise<void> {
    if (!goesOn) {
      this.#history.push(record);
      if (this.#history.length > mostHistory) this.#history.shift();
      await this.#deps.store(record).catch((cause: unknown) => {
        this.#deps.log.error({ err: cause, turnId: record.id }, 'turn could not be stored');
      });
    }
    this.#deps.emit({ kind: 'turnCompleted', record, abortReason });
  }

  /** Nothing was said. What the user had said before an interruption by noise still wants its answer. */
  #dropUtterance(): void {
    this.#utterance.forget();
    this.#userDone();
    const start = this.#utterance.asTurn();
    if (start.userText === '' || this.#turn.state !== 'listening') return;
    this.#utterance.settle();
    this.#open(start, this.#thinking(start.userText));
  }

  #userDone(): void {
    if (!this.#userSpeaking) return;
    this.#userSpeaking = false;
    this.#deps.emit({ kind: 'userStoppedSpeaking' });
  }

  #discardGuess(): void {
    this.#guess?.exchange.cancel();
    this.#guess = undefined;
  }

  #newExchange(start: ExchangeStart): Exchange {
    const { clock, voice, emit } = this.#deps;
    return new Exchange(start, {
      clock,
      voice,
      emit,
      onRetry: this.#noteRetry,
      onProgress: (exchange) => {
        this.#keep(exchange.record('open'));
      },
    });
  }

  #thinking(userText: string | null, brokenOff?: string): Words {
    const messages = this.#deps.prompt(this.#history, userText, brokenOff);
    return (signal) =>
      retryOnce(() => this.#deps.llm.stream(messages, { signal }), this.#noteRetry);
  }

  #speech() {
    const { tts, speaker } = this.#deps;
    return this.#speaking ? { tts, ...speaker } : undefined;
  }

  /** Stores beside the conversation: an `open` record matters only if this process dies. */
  #keep(record: TurnRecord): void {
    this.#deps.store(record).catch((cause: unknown) => {
      this.#deps.log.warn({ err: cause, turnId: record.id }, 'open turn could not be stored');
    });
  }

  readonly #noteRetry = (failure: ProviderFailed): void => {
    const { stage, reason } = failure;
    this.#deps.log.warn({ stage, reason }, 'provider failed, trying once more');
  };
}

/** Words that are known already. */
function constant(text: string): Words {
  return async function* words() {
    yield text;
    await Promise.resolve();
  };
}
