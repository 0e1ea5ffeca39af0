import type { VoiceOut } from '../frames/voice-out.ts';
import type { Clock } from '../lifetime/clock.ts';
import { apology } from '../prompt/apology.ts';
import type { Log } from '../telemetry/log.ts';
import { completeness } from '../turn/languages.ts';
import { step } from '../turn/machine.ts';
import { isNoisy } from '../turn/noise.ts';
import { floorOf, type Floor } from '../turn/reaction.ts';
import type { SpeechChange } from '../turn/speech-detector.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../turn/turn.ts';
import { Alarm } from './alarm.ts';
import type { Answering } from './answering.ts';
import type { ConversationEvent } from './conversation-event.ts';
import type { ExchangeStart } from './exchange.ts';
import type { TurnOrder } from './turn-order.ts';
import { UserLine } from './user-line.ts';
import type { Utterance } from './utterance.ts';

export type TurnTakingDeps = {
  clock: Clock;
  log: Log;
  voice: VoiceOut;
  language: string;
  rules: TurnRules;
  order: TurnOrder;
  answering: Answering;
  emit: (event: ConversationEvent) => void;
  /** A turn that begins now. */
  now: () => Pick<ExchangeStart, 'turnId' | 'zeroMs' | 'wordsAtMs'>;
  /** Something happened to the turn, and whatever followed from it at once. */
  onStepped: () => void;
};

/**
 * The turn of the one who has the floor: feeds the turn machine and does what that asks for. An answer is begun as soon
 * as the user may be done, and heard only when they are.
 */
export class TurnTaking {
  readonly #deps: TurnTakingDeps;
  readonly #user: UserLine;
  readonly #alarm: Alarm;
  #turn: Turn = { state: 'listening' };
  #pausedAtMs: number | undefined;
  #isClosed = false;

  constructor(deps: TurnTakingDeps) {
    const { clock, emit, order } = deps;
    this.#deps = deps;
    this.#user = new UserLine(emit, () => order.speaker);
    this.#alarm = new Alarm({
      clock,
      heard: () => order.ears.heard,
      ring: (nowMs) => {
        this.dispatch({ kind: 'woken' }, nowMs);
      },
    });
  }

  get state(): Turn['state'] {
    return this.#turn.state;
  }

  get floor(): Floor {
    const { isFixed, isHeard } = this.#deps.answering.running;
    return floorOf(this.#turn, isFixed, isHeard);
  }

  dispatch(event: TurnEvent, nowMs = this.#alarm.nowMs): void {
    if (this.#isClosed) return;
    const { order, rules, onStepped } = this.#deps;
    const { next, effects } = step(this.#turn, event, nowMs, rules);
    this.#turn = next;
    for (const effect of effects) this.#do(effect);
    if (this.#turn.state === 'hearing' || this.#turn.state === 'pausing') this.#user.started();
    order.pass();
    // Not at once: who dispatched may be about to begin an answer.
    queueMicrotask(() => {
      if (!this.#isClosed) onStepped();
    });
  }

  /** The one who has the floor speaks, or falls silent. */
  hear(change: SpeechChange): void {
    const isOver = this.#turn.state === 'replying' && change.kind !== 'speechPaused';
    this.dispatch(isOver ? { ...change, rest: this.#deps.answering.rest } : change);
  }

  /** The words so far, from a recogniser that knows them while they are spoken. */
  hearWords(text: string): void {
    this.dispatch({ kind: 'partial', words: text });
    if (this.#turn.state === 'hearing') this.#user.words(text);
  }

  /** An answer begins: what it answers is done with, and what is being said meanwhile is not, nor what a noise may hold. */
  handOver(): void {
    if (this.floor !== 'user' && !isNoisy(this.#turn)) {
      this.#utterance.forget();
      this.#user.forget();
    }
    this.#user.stopped();
  }

  /** Silence at once. What the user is saying goes on. */
  stop(): void {
    this.dispatch({ kind: 'interrupt' });
  }

  /** Silence at once, for another answer; what the user is saying meanwhile is heard over that. */
  makeWay(): void {
    if (this.floor === 'user') this.#cut('request', this.#deps.clock.nowMs());
    else this.stop();
  }

  close(): void {
    this.#isClosed = true;
    this.#alarm.cancel();
  }

  /** That of the turn: what the one who has the floor says. */
  get #utterance(): Utterance {
    return this.#deps.order.ears.holder.utterance;
  }

  #do(effect: TurnEffect): void {
    const { clock, voice, answering } = this.#deps;
    switch (effect.kind) {
      case 'wakeAt':
        this.#alarm.set(effect.atMs);
        return;
      case 'transcribe':
        this.#alarm.cancel();
        void this.#transcribe();
        return;
      case 'discardGuess':
        this.#utterance.cancelTranscription();
        answering.discardGuess();
        return;
      case 'dropUtterance':
        // What the user had said before an interruption by noise still wants its answer.
        this.#utterance.forget();
        this.#dismiss();
        return;
      case 'disregard':
        this.#utterance.disregard();
        this.#dismiss();
        return;
      case 'answer':
        this.#answer();
        return;
      case 'apologise':
        this.#apologise();
        return;
      case 'pauseVoice':
        this.#pausedAtMs = clock.nowMs();
        voice.pause();
        return;
      case 'resumeVoice':
        this.#pausedAtMs = undefined;
        voice.resume();
        return;
      case 'cut':
        this.#cut(effect.by, effect.sinceMs);
    }
  }

  async #transcribe(): Promise<void> {
    this.#guessOnPartial();
    const utterance = this.#utterance;
    const result = await utterance.transcribe();
    // Another one has the floor by now: these are not their words.
    if (utterance !== this.#utterance) return;
    switch (result.kind) {
      case 'superseded':
        return;
      case 'failed':
        this.#deps.log.warn({ err: result.cause }, 'transcription failed');
        this.dispatch({ kind: 'transcriptFailed' });
        return;
      case 'words':
        this.dispatch({ kind: 'transcript', words: result.text });
        this.#onWords(result.text);
    }
  }

  #onWords(text: string): void {
    const { state } = this.#turn;
    if ((state !== 'pausing' && state !== 'hearing') || text === '') return;
    this.#user.words(text);
    if (state === 'pausing') this.#deps.answering.guess(this.#utterance.asTurn());
  }

  /** What the recogniser has heard already is the whole more often than not; its last word on it follows. */
  #guessOnPartial(): void {
    const { partial } = this.#utterance;
    if (this.#turn.state !== 'pausing' || completeness(partial) === 'unfinished') return;
    if (partial === '') return;
    this.#user.words(partial);
    this.#deps.answering.guess(this.#utterance.asTurn(partial));
  }

  #answer(): void {
    const goesOn = isNoisy(this.#turn);
    // Their sound does, and only its words have come to an end.
    if (goesOn) this.#utterance.wordsEnd();
    const start = this.#utterance.asTurn();
    this.#user.stopped();
    this.#user.finalWords(this.#utterance.words);
    this.#utterance.settle();
    if (goesOn) this.#utterance.disregard();
    this.#user.forget();
    this.#deps.answering.answer(start);
  }

  /** What was said could not be transcribed. */
  #apologise(): void {
    const { emit, answering, order, language, now } = this.#deps;
    emit({ kind: 'failed', stage: 'stt', message: 'Speech could not be transcribed.' });
    const { turnId, userText } = this.#utterance.asTurn();
    this.#utterance.settle();
    const said = { turnId, userText: userText === '' ? null : userText };
    answering.say(
      { ...now(), ...order.speaker, ...said, origin: 'speech' },
      apology('hearing', language),
      'aborted',
    );
  }

  #cut(by: 'speech' | 'request', sinceMs: number | undefined): void {
    const { clock, answering, order } = this.#deps;
    const silentAtMs = this.#pausedAtMs ?? clock.nowMs();
    const isTimed = by === 'speech' && sinceMs !== undefined;
    const toSilenceMs = isTimed ? silentAtMs - sinceMs : undefined;
    this.#pausedAtMs = undefined;
    // Somebody else's words are a turn of their own.
    const isSame = answering.speaker?.identity === order.ears.holder.speaker?.identity;
    const goesOn = answering.cut(by === 'speech' && isSame, toSilenceMs);
    if (goesOn) this.#utterance.carry(goesOn.turnId, goesOn.text);
  }

  /** Nothing was said, or nothing so far in a sound that goes on. What was said before it is answered. */
  #dismiss(): void {
    this.#user.forget();
    this.#user.stopped();
    const start = this.#utterance.asTurn();
    if (start.userText === '' || this.#turn.state !== 'listening') return;
    this.#utterance.settle();
    this.#deps.answering.answer(start);
  }
}
