import type { LiveSound, TimedFrame } from '../frames/pcm.ts';
import { apology } from '../prompt/apology.ts';
import type { Occasion } from '../prompt/occasion.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Vad } from '../providers/vad/vad.ts';
import { completeness } from '../turn/languages.ts';
import { wordsEndpointer, type Endpointer } from '../turn/endpointing.ts';
import { step } from '../turn/machine.ts';
import { isNoisy } from '../turn/noise.ts';
import { floorOf, type Floor, type Reaction, type Wish } from '../turn/reaction.ts';
import type { SpeechChange, SpeechDetection } from '../turn/speech-detector.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../turn/turn.ts';
import { Alarm } from './alarm.ts';
import { Answering, type AnsweringDeps } from './answering.ts';
import { heardOf, type Ear } from './ears.ts';
import { EventLine } from './event-line.ts';
import { OnceHeard } from './once-heard.ts';
import { Reacting } from './reacting.ts';
import { TurnOrder } from './turn-order.ts';
import type { Utterance } from './utterance.ts';

export type ConversationDeps = Omit<
  AnsweringDeps,
  'onRetry' | 'onBegan' | 'onEnded' | 'emitAfter'
> & {
  stt: Stt;
  vad: Pick<Vad, 'openStream'>;
  newId: () => string;
  endpointer?: Endpointer;
  detection?: SpeechDetection;
};

/**
 * Two VAD windows of silence. Every pause this long costs a transcription, most of them in vain; every window more is
 * heard as latency at each turn's end.
 */
const guessAfterMs = 60;

/**
 * The one place where hearing, thinking and speaking meet: it feeds the turn machine and does what that asks for. An
 * answer is begun as soon as the user may be done, and heard only when they are. Whose turn it is among several users is the `TurnOrder`'s to say.
 */
export class Conversation {
  readonly #deps: ConversationDeps;
  readonly #events: EventLine;
  readonly #rules: TurnRules;
  readonly #order: TurnOrder;
  readonly #answering: Answering;
  readonly #reacting: Reacting;
  readonly #alarm: Alarm;
  readonly #onceHeard: OnceHeard;
  readonly #closing = new AbortController();
  #turn: Turn = { state: 'listening' };
  #pausedAtMs: number | undefined;
  #userSpeaking = false;
  /** The words so far as the client was told them last. */
  #toldWords = '';

  constructor(given: ConversationDeps, history: TurnRecord[]) {
    this.#events = new EventLine(given.emit, given.clock);
    const { emit, emitAfter } = this.#events;
    const deps = { ...given, emit };
    this.#deps = deps;
    this.#rules = { endpointer: deps.endpointer ?? wordsEndpointer(), guessAfterMs };
    this.#alarm = new Alarm({
      clock: deps.clock,
      heard: () => this.#order.ears.heard,
      ring: (nowMs) => {
        this.#dispatch({ kind: 'woken' }, nowMs);
      },
    });
    this.#onceHeard = new OnceHeard(deps.clock);
    const onRetry = ({ stage, reason }: ProviderFailed) => {
      deps.log.warn({ stage, reason }, 'provider failed, trying once more');
    };
    this.#order = new TurnOrder({
      clock: deps.clock,
      stt: deps.stt,
      vad: deps.vad,
      language: deps.speaker.language,
      newId: deps.newId,
      onRetry,
      onPartial: (text) => this.#onPartial(text),
      onTrouble: ({ reason, cause }) => {
        deps.log.warn(
          { reason, err: cause },
          'no streaming recognition, utterances are sent whole',
        );
      },
      ...(deps.detection && { detection: deps.detection }),
      turn: () => this.#turn.state,
      answered: () => this.#answering.speaker,
      onSpeech: (change) => {
        this.#onSpeech(change);
      },
      onTaken: () => {
        this.#dispatch({ kind: 'otherVoice' });
      },
      onWritten: (text, speaker) => {
        this.#answerWritten(text, speaker);
      },
    });
    this.#answering = new Answering(
      {
        ...deps,
        emitAfter,
        onRetry,
        onBegan: ({ turnId, userText }, isFixed) => {
          this.#handOver();
          this.#userDone();
          if (userText !== null && !isFixed) this.#reacting.answered();
          this.#dispatch({ kind: 'replyBegan', turnId });
        },
        onEnded: (turnId) => {
          this.#dispatch({ kind: 'replyEnded', turnId });
        },
      },
      history,
    );
    this.#reacting = new Reacting({
      answering: this.#answering,
      floor: () => this.#floor,
      stop: () => this.#stop(),
      now: () => this.#now(),
    });
  }

  /** Hears this microphone until it ends or `signal` aborts. Never rejects for what a provider does. */
  async hearFrom(microphone: LiveSound, signal: AbortSignal, speaker?: Participant): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const ear = this.#order.ears.of(speaker);
    const heard = whileOpen(microphone, ear);
    for await (const change of ear.utterance.changes(heard, until)) this.#order.hear(ear, change);
  }

  /** No sound comes from the microphone for now, as when it was muted in mid-word. */
  microphoneSilent(speaker?: Participant): void {
    const ear = this.#order.earOf(speaker);
    const change = ear.utterance.fallSilent();
    if (change) this.#order.hear(ear, change);
  }

  /** This participant is gone. What they said last is still answered. */
  participantLeft(speaker: Participant): void {
    this.microphoneSilent(speaker);
    this.#order.ears.of(speaker).hasLeft = true;
  }

  /** A user wrote: their answer that is running is cut, and this is answered. While another has the floor, it waits. */
  type(text: string, speaker?: Participant): void {
    this.#order.write(text, speaker);
  }

  /** The character opens the conversation with these very words. */
  greet(text: string): void {
    this.#order.keep(() => {
      this.#stop();
      this.#answering.say({ ...this.#now(), origin: 'greeting', userText: null }, text);
    });
  }

  /** Fixed words that the application wants said. @returns when that will be, and who had the floor */
  say(text: string): { reaction: Reaction; floor: Floor } {
    return this.#order.keep(() => this.#reacting.line(text));
  }

  /** Something was reported that the character may speak about. @returns what became of it, and who had the floor */
  react(occasion: Occasion, wish: Wish): { reaction: Reaction; floor: Floor } {
    return this.#order.keep(() => this.#reacting.react(occasion, wish));
  }

  /** What prompts are made of is different from now on. */
  contextChanged(): void {
    this.#answering.renewGuess();
  }

  /** Takes up a turn whose answer was lost with the process that gave it. */
  resume({ id: turnId, userText, assistantText: heardBefore, origin, speaker }: TurnRecord): void {
    if (userText === null && heardBefore === '') {
      // What it was to speak about is in its prompt; whether that still wants words the model knows best.
      if (origin === 'trigger') this.react({ text: '', mayAbstain: true }, 'whenIdle');
      return;
    }
    const start = { ...this.#now(), turnId, origin, userText, heardBefore };
    this.#answering.answer({ ...start, ...(speaker && { speaker }) });
  }

  /** Falls silent at once, and says nothing of what it still owed; the user keeps the floor. */
  interrupt(): void {
    this.#reacting.forget();
    this.#stop();
  }

  /** Does something once all is heard of a speaker that sounded up to a time of the clock; one after the other. */
  onceHeard(untilMs: number, speaker: Participant | undefined, action: () => void): void {
    const ear = this.#order.earOf(speaker);
    this.#onceHeard.add({ untilMs, heard: () => heardOf(ear), action });
  }

  /** Push-to-talk was released: whatever was said until now is the turn. */
  forceEnd(speaker?: Participant): void {
    const ear = this.#order.earOf(speaker);
    ear.utterance.endNow();
    if (ear === this.#order.ears.holder) this.#dispatch({ kind: 'forceEnd' });
    else ear.utterance.fallSilent();
  }

  /**
   * Whether the microphone counts. Switched off in mid-speech it ends the turn, as a released push-to-talk button.
   * @param speaker whose; everybody's where it is left out
   */
  setHearing(enabled: boolean, speaker?: Participant): void {
    const ear = this.#order.earOf(speaker);
    if (ear.isOpen && !enabled) this.forceEnd(speaker);
    if (speaker) ear.isOpen = enabled;
    else this.#order.ears.setOpen(enabled);
  }

  /** Whether later answers are spoken or only written. */
  setSpeaking(enabled: boolean): void {
    this.#answering.setSpeaking(enabled);
    // What was begun on a guess, and is not heard yet, is a later one.
    this.#answering.renewGuess();
  }

  /** Cuts what is running, stores it as far as it was heard, and stops listening. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#alarm.cancel();
    this.#onceHeard.close();
    this.#order.ears.close();
    await this.#answering.close();
    this.#events.close();
  }

  /** That of the turn: what the one who has the floor says. */
  get #utterance(): Utterance {
    return this.#order.ears.holder.utterance;
  }

  get #floor(): Floor {
    const { isFixed, isHeard } = this.#answering.running;
    return floorOf(this.#turn, isFixed, isHeard);
  }

  #stop(): void {
    this.#utterance.settle();
    this.#dispatch({ kind: 'interrupt' });
  }

  #answerWritten(text: string, speaker: Participant | undefined): void {
    const by = speaker ? { speaker } : {};
    this.#order.keep(() => {
      // What they are saying meanwhile is not lost: it is heard over this answer. The one that they speak over ends first.
      if (this.#floor === 'user') this.#cut('request', this.#deps.clock.nowMs());
      else this.#stop();
      this.#deps.emit({ kind: 'userTranscript', text, final: true, ...by });
      this.#answering.answer({ ...this.#now(), origin: 'text', userText: text, ...by });
    });
  }

  #onSpeech(change: SpeechChange): void {
    const isOver = this.#turn.state === 'replying' && change.kind !== 'speechPaused';
    this.#dispatch(isOver ? { ...change, rest: this.#answering.rest } : change);
  }

  #dispatch(event: TurnEvent, nowMs = this.#alarm.nowMs): void {
    if (this.#closing.signal.aborted) return;
    const { next, effects } = step(this.#turn, event, nowMs, this.#rules);
    this.#turn = next;
    for (const effect of effects) this.#do(effect);
    if (!this.#userSpeaking && (this.#turn.state === 'hearing' || this.#turn.state === 'pausing')) {
      this.#userSpeaking = true;
      this.#deps.emit({ kind: 'userStartedSpeaking', ...this.#order.speaker });
    }
    this.#order.pass();
    // Not at once: who dispatched may be about to begin an answer.
    queueMicrotask(() => {
      if (!this.#closing.signal.aborted) this.#reacting.settle();
    });
  }

  #do(effect: TurnEffect): void {
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
        this.#answering.discardGuess();
        return;
      case 'dropUtterance':
        this.#dropUtterance();
        return;
      case 'disregard':
        this.#disregard();
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

  async #transcribe(): Promise<void> {
    const { log } = this.#deps;
    this.#guessOnPartial();
    const utterance = this.#utterance;
    const result = await utterance.transcribe();
    // Another one has the floor by now: these are not their words.
    if (utterance !== this.#utterance) return;
    switch (result.kind) {
      case 'superseded':
        return;
      case 'failed':
        log.warn({ err: result.cause }, 'transcription failed');
        this.#dispatch({ kind: 'transcriptFailed' });
        return;
      case 'words':
        this.#dispatch({ kind: 'transcript', words: result.text });
        this.#onWords(result.text);
    }
  }

  #onWords(text: string): void {
    const { state } = this.#turn;
    if ((state !== 'pausing' && state !== 'hearing') || text === '') return;
    this.#tellWords(text);
    if (state === 'pausing') this.#answering.guess(this.#utterance.asTurn());
  }

  /** What the recogniser has heard already is the whole more often than not; its last word on it follows. */
  #guessOnPartial(): void {
    const { partial } = this.#utterance;
    if (this.#turn.state !== 'pausing' || completeness(partial) === 'unfinished') return;
    if (partial === '') return;
    this.#tellWords(partial);
    this.#answering.guess(this.#utterance.asTurn(partial));
  }

  #onPartial(text: string): void {
    this.#dispatch({ kind: 'partial', words: text });
    if (this.#turn.state === 'hearing') this.#tellWords(text);
  }

  #tellWords(text: string): void {
    if (text === this.#toldWords) return;
    this.#toldWords = text;
    this.#deps.emit({ kind: 'userTranscript', text, final: false, ...this.#order.speaker });
  }

  #answer(): void {
    const goesOn = isNoisy(this.#turn);
    // Their sound does, and only its words have come to an end.
    if (goesOn) this.#utterance.wordsEnd();
    const start = this.#utterance.asTurn();
    this.#userDone();
    const text = this.#utterance.words;
    this.#deps.emit({ kind: 'userTranscript', text, final: true, ...this.#order.speaker });
    this.#utterance.settle();
    if (goesOn) this.#utterance.disregard();
    this.#toldWords = '';
    this.#answering.answer(start);
  }

  /** What was said could not be transcribed. */
  #apologise(): void {
    const message = 'Speech could not be transcribed.';
    this.#deps.emit({ kind: 'failed', stage: 'stt', message });
    const { turnId, userText } = this.#utterance.asTurn();
    this.#utterance.settle();
    this.#answering.say(
      {
        ...{ ...this.#now(), ...this.#order.speaker, turnId, origin: 'speech' },
        userText: userText === '' ? null : userText,
      },
      apology('hearing', this.#deps.speaker.language),
      'aborted',
    );
  }

  #cut(by: 'speech' | 'request', sinceMs: number): void {
    const silentAtMs = this.#pausedAtMs ?? this.#deps.clock.nowMs();
    const toSilenceMs = by === 'speech' ? silentAtMs - sinceMs : undefined;
    this.#pausedAtMs = undefined;
    // Somebody else's words are a turn of their own.
    const isSame = this.#answering.speaker?.identity === this.#order.ears.holder.speaker?.identity;
    const goesOn = this.#answering.cut(by === 'speech' && isSame, toSilenceMs);
    if (goesOn) this.#utterance.carry(goesOn.turnId, goesOn.text);
  }

  /** Nothing was said. What the user had said before an interruption by noise still wants its answer. */
  #dropUtterance(): void {
    this.#utterance.forget();
    this.#dismiss();
  }

  /** Nothing was said so far, in a sound that goes on. */
  #disregard(): void {
    this.#utterance.disregard();
    this.#dismiss();
  }

  #dismiss(): void {
    this.#toldWords = '';
    this.#userDone();
    const start = this.#utterance.asTurn();
    if (start.userText === '' || this.#turn.state !== 'listening') return;
    this.#utterance.settle();
    this.#answering.answer(start);
  }

  /** An answer begins: what it answers is done with, and what is being said meanwhile is not, nor what a noise may hold. */
  #handOver(): void {
    if (this.#floor === 'user' || isNoisy(this.#turn)) return;
    this.#utterance.forget();
    this.#toldWords = '';
  }

  #userDone(): void {
    if (!this.#userSpeaking) return;
    this.#userSpeaking = false;
    this.#deps.emit({ kind: 'userStoppedSpeaking', ...this.#order.speaker });
  }

  /** A turn that begins now. */
  #now(): { turnId: string; zeroMs: number; wordsAtMs: number } {
    const nowMs = this.#deps.clock.nowMs();
    return { turnId: this.#deps.newId(), zeroMs: nowMs, wordsAtMs: nowMs };
  }
}

/** What comes while this participant's microphone is switched off counts for nothing. */
function whileOpen(microphone: LiveSound, ear: Ear): LiveSound {
  return {
    get isWaiting() {
      return microphone.isWaiting ?? false;
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<TimedFrame, void> {
      for await (const frame of microphone) if (ear.isOpen) yield frame;
    },
  };
}
