import * as z from 'zod';
import { TurnStages } from '../src/protocol/turn-record.ts';
import { callerRateHz, type Caller } from './caller.ts';
import type { Talked } from './callers-protocol.ts';
import type { Utterance, Utterances } from './utterances.ts';

const Trace = z.object({
  data: z.object({ type: z.literal('turn-trace'), origin: z.string(), stages: TurnStages }),
});

/** A voice that was silent for so long has ended; between its sentences it is silent for less. */
const endedMs = 700;
/** How much of an answer is heard before it is interrupted; varied, so as to meet the detectors at any moment. */
const interruptAfterMs = { least: 1_200, spread: 700 };
const answerWithinMs = 10_000;
/** A greeting begins within this time, or there is none. */
const greetingWithinMs = 2_500;

/** Holds one caller's side of a conversation and measures the other side. */
export class Talker {
  readonly measured: Omit<Talked, 'stages'> = {
    soundMs: [],
    silenceMs: [],
    pauses: 0,
    cutIns: 0,
    failures: [],
  };

  constructor(
    readonly caller: Caller,
    private readonly utterances: Utterances,
  ) {}

  async hearGreeting(): Promise<void> {
    const { caller } = this;
    const fromMs = performance.now();
    await this.#wait(
      () => caller.sound.firstLoudAfter(fromMs) ?? overdue(fromMs + greetingWithinMs),
      'a greeting',
    );
    await this.#silence();
  }

  /** Where the server says that the time of each spoken turn went. */
  stages(): TurnStages[] {
    return this.caller.received.flatMap(({ message }) => {
      const trace = Trace.safeParse(message);
      return trace.success && trace.data.data.origin === 'speech' ? [trace.data.data.stages] : [];
    });
  }

  /** One turn. Every second one speaks over the answer to the one before; every fourth one has a pause in it. */
  async turn(number: number): Promise<void> {
    const { whole, hesitant } = this.utterances;
    const kind = number % 4;
    const list = kind === 2 ? hesitant : whole;
    const utterance = list[number % list.length];
    if (!utterance) throw new RangeError('nothing to say');
    if (kind % 2 === 0) await this.#silence();
    else await this.#hearSome(number);
    await this.#say(utterance, kind % 2 === 1);
  }

  async #say(utterance: Utterance, interrupts: boolean): Promise<void> {
    const { caller, measured } = this;
    const toMs = await caller.speak(utterance.samples);
    const fromMs = toMs - (utterance.samples.length * 1000) / callerRateHz;
    if (interrupts) {
      const lastMs = caller.sound.lastLoudBetween(fromMs, toMs);
      if (lastMs !== undefined && toMs - lastMs < 100) throw new Error('it was not interrupted');
      if (lastMs !== undefined) measured.silenceMs.push(lastMs - fromMs);
    }
    if (utterance.pause) {
      measured.pauses++;
      const pauseMs = fromMs + utterance.pause.fromMs;
      if (caller.sound.lastLoudBetween(pauseMs, toMs) !== undefined) {
        measured.cutIns++;
        return;
      }
    }
    const soundMs = await this.#wait(
      () => caller.sound.firstLoudAfter(toMs),
      'an answer',
      answerWithinMs,
    );
    measured.soundMs.push(soundMs - toMs);
  }

  /** Hears the beginning of the answer that is being given. */
  async #hearSome(number: number): Promise<void> {
    const { least, spread } = interruptAfterMs;
    const untilMs = performance.now() + least + ((number * 137) % spread);
    await this.#wait(() => overdue(untilMs), 'a while');
  }

  async #silence(): Promise<void> {
    const { sound } = this.caller;
    await this.#wait(() => {
      const nowMs = performance.now();
      return sound.lastLoudBetween(nowMs - endedMs, nowMs) === undefined ? nowMs : undefined;
    }, 'the answer to end');
  }

  async #wait<T>(look: () => T | undefined, what: string, timeoutMs = 30_000): Promise<T> {
    const { caller } = this;
    return caller.until(
      () => {
        if (!caller.connected) throw new Error(`the connection was lost while waiting for ${what}`);
        return look();
      },
      what,
      timeoutMs,
    );
  }
}

function overdue(atMs: number): number | undefined {
  const nowMs = performance.now();
  return nowMs >= atMs ? nowMs : undefined;
}
