import { hearingRateHz, type TimedFrame } from '../../../src/frames/pcm.ts';
import { sleep, type Clock } from '../../../src/lifetime/clock.ts';
import type { ConversationEvent } from '../../../src/pipeline/conversation-event.ts';
import { Conversation } from '../../../src/pipeline/conversation.ts';
import type { TurnRecord } from '../../../src/protocol/turn-record.ts';
import type { Stt, SttOptions, Transcript } from '../../../src/providers/stt/stt.ts';
import { vadWindowSamples, type Vad } from '../../../src/providers/vad/vad.ts';
import { bareStage } from '../../../src/script/stage.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ScriptedLlm } from '../../fakes/scripted-llm.ts';
import { ScriptedTts } from '../../fakes/scripted-tts.ts';
import type { Scene } from './studio.ts';
import { WatchedVoice } from './watched-voice.ts';

const frameMs = (vadWindowSamples * 1000) / hearingRateHz;
const lengthMs = (text: string) => text.length * 55;
const answer = 'Of course, the old harbour lies below the hill. You can walk there in ten minutes.';
/** What the character is saying when the user makes a sound. */
export const monologue =
  'Long ago, before the tower was built, a fisherman lived on this coast with his two daughters. ' +
  'Every night he lit a lamp for the ships, and every morning he put it out again.';
/** After an answer has begun, for what may still go wrong with it. */
const afterAnswerMs = 1_200;

/** What happened in one scene. All times in milliseconds of the scene. */
export type Performance = {
  scene: Scene;
  /** Utterances that were taken for whole and answered aloud. */
  answers: { releasedAtMs: number; text: string }[];
  /** When the character's speech was cut by the user's sound. */
  cutAtMs: number[];
  /** When its voice fell silent to find out what the sound was. */
  pausedAtMs: number[];
  /** When clients were told that the user speaks. */
  toldAtMs: number[];
  playedAfterCutMs: number;
  /** What was heard of the speech that the user's sound came over, and what there was of it; in text and milliseconds. */
  monologue: { heard: string; heardMs: number; wholeMs: number } | undefined;
};

export type Players = {
  vad: Vad;
  /** The recogniser for one scene; may really take its time: the clock stands still meanwhile. */
  sttFor: (scene: Scene, time: Timekeeper) => Stt;
  voiceFor?: (clock: Clock) => WatchedVoice;
};

/** A standing clock that also waits for work which takes real time. */
export class Timekeeper {
  readonly clock = new FakeClock();
  readonly #working = new Set<Promise<unknown>>();

  /** Time does not pass before this is done. */
  async holdTimeFor<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => undefined);
    this.#working.add(settled);
    try {
      return await work;
    } finally {
      this.#working.delete(settled);
    }
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    while (this.#working.size > 0) {
      await Promise.all(this.#working);
      await this.clock.advance(0);
    }
  }
}

/** Plays one scene to a real conversation with its default settings. */
export async function perform(
  scene: Scene,
  { vad, sttFor, voiceFor = (clock) => WatchedVoice.fake(clock) }: Players,
): Promise<Performance> {
  const time = new Timekeeper();
  const { clock } = time;
  const voice = voiceFor(clock);
  const tts = new ScriptedTts(clock, { soundMs: lengthMs, firstMs: 80 });
  const events: { atMs: number; event: ConversationEvent }[] = [];
  let ids = 0;
  const conversation = new Conversation(
    {
      clock,
      log: silentLog,
      stt: sttFor(scene, time),
      llm: new ScriptedLlm(clock, { pieces: answer, firstMs: 150, pieceMs: 10 }),
      tts,
      vad,
      voice,
      newId: () => `turn-${++ids}`,
      speaker: { voice: undefined, language: scene.script.language === 'zh' ? 'zh-CN' : 'en-US' },
      stage: () => bareStage,
      prompt: (_, { userText }) => [{ role: 'user', content: userText ?? '' }],
      store: () => Promise.resolve(),
      emit: (event) => events.push({ atMs: clock.nowMs(), event }),
    },
    [],
  );
  const { expected } = scene.script;
  const overAnswer = expected === 'goOn' || expected === 'interrupt';
  if (overAnswer) conversation.greet(monologue);
  const seen = () => sightOf(events);

  async function* microphone(): AsyncGenerator<TimedFrame, void> {
    for (let at = 0; at + vadWindowSamples <= scene.samples.length; at += vadWindowSamples) {
      await time.advance(frameMs);
      const answeredAtMs = seen().answers.at(-1)?.releasedAtMs ?? 0;
      if (answeredAtMs >= scene.endMs && clock.nowMs() > answeredAtMs + afterAnswerMs) return;
      yield {
        samples: scene.samples.subarray(at, at + vadWindowSamples),
        sampleRateHz: hearingRateHz,
        endMs: clock.nowMs(),
      };
    }
  }
  const aborting = new AbortController();
  await conversation.hearFrom(microphone(), aborting.signal);
  const { answers, cutAtMs, toldAtMs } = seen();
  if (overAnswer) await time.advance(lengthMs(monologue));
  const record = events.flatMap(({ event }) => completedMonologue(event))[0];
  const heardMs = voice.firstHeardMs;
  const wholeMs = tts.log.calls
    .filter(({ input }) => monologue.includes(input.text))
    .reduce((sum, { input }) => sum + lengthMs(input.text), 0);
  await conversation.close();
  voice.settleCut();
  return {
    scene,
    answers,
    cutAtMs,
    toldAtMs,
    pausedAtMs: voice.pausedAtMs,
    playedAfterCutMs: voice.playedAfterCutMs,
    monologue: overAnswer ? { heard: record?.assistantText ?? '', heardMs, wholeMs } : undefined,
  };
}

type Seen = { atMs: number; event: ConversationEvent };

function completedMonologue(event: ConversationEvent): TurnRecord[] {
  return event.kind === 'turnCompleted' && event.record.origin === 'greeting' ? [event.record] : [];
}

function sightOf(events: readonly Seen[]): Pick<Performance, 'answers' | 'cutAtMs' | 'toldAtMs'> {
  const answers = events.flatMap(({ atMs, event }) =>
    event.kind === 'userTranscript' && event.final
      ? [{ releasedAtMs: atMs, text: event.text }]
      : [],
  );
  const cutAtMs = events.flatMap(({ atMs, event }) =>
    event.kind === 'turnCompleted' && event.record.status === 'interrupted' ? [atMs] : [],
  );
  const toldAtMs = events.flatMap(({ atMs, event }) =>
    event.kind === 'userStartedSpeaking' ? [atMs] : [],
  );
  return { answers, cutAtMs, toldAtMs };
}

/** A recogniser that takes `delayMs` of the scene, however long it really takes. */
export function heldStt(real: Stt, time: Timekeeper, delayMs: number): Stt {
  return {
    async transcribe(samples: Int16Array, options: SttOptions): Promise<Transcript> {
      await sleep(time.clock, delayMs, options.signal);
      return time.holdTimeFor(real.transcribe(samples, options));
    },
  };
}
