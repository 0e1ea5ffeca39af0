import type { LiveSound } from '../frames/pcm.ts';
import type { Occasion } from '../prompt/occasion.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { ProviderFailed } from '../providers/provider-failed.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Vad } from '../providers/vad/vad.ts';
import { wordsEndpointer, type Endpointer } from '../turn/endpointing.ts';
import type { Floor, Reaction, Wish } from '../turn/reaction.ts';
import type { SpeechDetection } from '../turn/speech-detector.ts';
import { Answering, type AnsweringDeps } from './answering.ts';
import { heardBy, heardOf } from './ears.ts';
import { EventLine } from './event-line.ts';
import { OnceHeard } from './once-heard.ts';
import { Reacting } from './reacting.ts';
import { TurnOrder } from './turn-order.ts';
import { TurnTaking } from './turn-taking.ts';

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
 * The one place where hearing, thinking and speaking meet, and all that others may ask of them. Whose turn it is among
 * several users is the `TurnOrder`'s to say, when it is over the `TurnTaking`'s, what is answered the `Answering`'s.
 */
export class Conversation {
  readonly #deps: ConversationDeps;
  readonly #events: EventLine;
  readonly #order: TurnOrder;
  readonly #answering: Answering;
  readonly #reacting: Reacting;
  readonly #turnTaking: TurnTaking;
  readonly #onceHeard: OnceHeard;
  readonly #closing = new AbortController();

  constructor(given: ConversationDeps, history: TurnRecord[]) {
    this.#events = new EventLine(given.emit, given.clock);
    const { emit, emitAfter } = this.#events;
    const deps = { ...given, emit };
    const { clock, log } = deps;
    this.#deps = deps;
    this.#onceHeard = new OnceHeard(clock);
    const onRetry = ({ stage, reason }: ProviderFailed) => {
      log.warn({ stage, reason }, 'provider failed, trying once more');
    };
    const now = () => this.#now();
    this.#order = this.#openOrder(onRetry);
    this.#answering = new Answering(
      {
        ...{ ...deps, emitAfter, onRetry },
        onBegan: ({ turnId, userText }, isFixed) => {
          this.#turnTaking.handOver();
          if (userText !== null && !isFixed) this.#reacting.answered();
          this.#turnTaking.dispatch({ kind: 'replyBegan', turnId });
        },
        onEnded: (turnId) => {
          this.#turnTaking.dispatch({ kind: 'replyEnded', turnId });
        },
      },
      history,
    );
    this.#reacting = new Reacting({
      answering: this.#answering,
      floor: () => this.#turnTaking.floor,
      stop: () => {
        this.#turnTaking.stop();
      },
      now,
    });
    this.#turnTaking = new TurnTaking({
      ...{ clock, log, emit, now, voice: deps.voice, language: deps.speaker.language },
      order: this.#order,
      answering: this.#answering,
      rules: { endpointer: deps.endpointer ?? wordsEndpointer(), guessAfterMs },
      onStepped: () => {
        this.#reacting.settle();
      },
    });
  }

  /** Hears this microphone until it ends or `signal` aborts. Never rejects for what a provider does. */
  async hearFrom(microphone: LiveSound, signal: AbortSignal, speaker?: Participant): Promise<void> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    const ear = this.#order.ears.of(speaker);
    const changes = ear.utterance.changes(heardBy(ear, microphone), until);
    for await (const change of changes) this.#order.hear(ear, change);
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
      this.#turnTaking.stop();
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
    this.#turnTaking.stop();
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
    if (ear === this.#order.ears.holder) this.#turnTaking.dispatch({ kind: 'forceEnd' });
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
    this.#turnTaking.close();
    this.#onceHeard.close();
    this.#order.ears.close();
    await this.#answering.close();
    this.#events.close();
  }

  #openOrder(onRetry: (failure: ProviderFailed) => void): TurnOrder {
    const { clock, log, stt, vad, newId, speaker, detection } = this.#deps;
    return new TurnOrder({
      ...{ clock, stt, vad, newId, onRetry, language: speaker.language },
      onPartial: (text) => {
        this.#turnTaking.hearWords(text);
      },
      onTrouble: ({ reason, cause }) => {
        log.warn({ reason, err: cause }, 'no streaming recognition, utterances are sent whole');
      },
      ...(detection && { detection }),
      turn: () => this.#turnTaking.state,
      answered: () => this.#answering.speaker,
      onSpeech: (change) => {
        this.#turnTaking.hear(change);
      },
      onTaken: () => {
        this.#turnTaking.dispatch({ kind: 'otherVoice' });
      },
      onWritten: (text, who) => {
        this.#answerWritten(text, who);
      },
    });
  }

  #answerWritten(text: string, speaker: Participant | undefined): void {
    const by = speaker ? { speaker } : {};
    this.#order.keep(() => {
      // What they are saying meanwhile is not lost: it is heard over this answer. The one that they speak over ends first.
      this.#turnTaking.makeWay();
      this.#deps.emit({ kind: 'userTranscript', text, final: true, ...by });
      this.#answering.answer({ ...this.#now(), origin: 'text', userText: text, ...by });
    });
  }

  /** A turn that begins now. */
  #now(): { turnId: string; zeroMs: number; wordsAtMs: number } {
    const nowMs = this.#deps.clock.nowMs();
    return { turnId: this.#deps.newId(), zeroMs: nowMs, wordsAtMs: nowMs };
  }
}
