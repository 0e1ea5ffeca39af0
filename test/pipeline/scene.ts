import { hearingRateHz, type TimedFrame } from '../../src/frames/pcm.ts';
import { BoundedQueue } from '../../src/lifetime/bounded-queue.ts';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import { Conversation } from '../../src/pipeline/conversation.ts';
import type { Recollect } from '../../src/pipeline/recalling.ts';
import type { Material } from '../../src/protocol/material.ts';
import type { ToolDesk } from '../../src/pipeline/tool-desk.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import type { Moderation } from '../../src/providers/moderation/moderation.ts';
import { bareStage, type Stage } from '../../src/script/stage.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import type { SpeechDetection } from '../../src/turn/speech-detector.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeVoice } from '../fakes/fake-voice.ts';
import { ScriptedLlm } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { hum, ScriptedTts } from '../fakes/scripted-tts.ts';
import { ScriptedVad } from '../fakes/scripted-vad.ts';

const frameMs = 20;
const loud = hum(frameMs, hearingRateHz);
const quiet = new Int16Array((frameMs * hearingRateHz) / 1000);
export const answer =
  'Of course, the harbour lies below the hill. You can walk there in ten minutes.';

export type SceneOptions = {
  history?: TurnRecord[];
  openStt?: (clock: FakeClock) => ScriptedStt;
  /** Whose sound is looked at more closely. */
  openVoice?: (clock: FakeClock) => FakeVoice;
  onStore?: (record: TurnRecord) => void;
  /** Nothing is looked up unless it is given. */
  recollect?: Recollect;
  recalls?: () => boolean;
  /** Nobody moderates unless it is given. */
  moderation?: Moderation;
  /** One that somebody else moves, too. */
  clock?: FakeClock;
  desk?: ToolDesk;
  detection?: SpeechDetection;
};

const wholeUtterances = (clock: FakeClock) =>
  new ScriptedStt(clock, { text: 'Where is the harbour?', afterMs: 100 });

/** A conversation on a standing clock, with a user whose sound the test makes. */
export class Scene {
  readonly clock: FakeClock;
  readonly stt: ScriptedStt;
  readonly llm: ScriptedLlm;
  readonly tts: ScriptedTts;
  readonly voice: FakeVoice;
  readonly events: ConversationEvent[] = [];
  readonly stored = new Map<string, TurnRecord>();
  readonly prompts: {
    userText: string | null;
    history: TurnRecord[];
    material: readonly Material[] | undefined;
  }[] = [];
  stage: Stage = bareStage;
  readonly conversation: Conversation;
  readonly #microphone = new BoundedQueue<TimedFrame>({ capacity: 1_000, whenFull: 'dropOldest' });
  readonly #done: Promise<void>;
  #ids = 0;

  constructor({
    history = [],
    openStt = wholeUtterances,
    openVoice = (time) => new FakeVoice(time),
    onStore = () => undefined,
    moderation,
    recollect,
    recalls,
    clock = new FakeClock(),
    desk,
    detection,
  }: SceneOptions = {}) {
    this.clock = clock;
    this.llm = new ScriptedLlm(clock, { pieces: answer, firstMs: 150, pieceMs: 10 });
    this.tts = new ScriptedTts(clock, { firstMs: 80 });
    this.voice = openVoice(clock);
    this.stt = openStt(this.clock);
    this.conversation = new Conversation(
      {
        clock: this.clock,
        log: silentLog,
        stt: this.stt,
        llm: this.llm,
        tts: this.tts,
        vad: new ScriptedVad(),
        voice: this.voice,
        newId: () => `turn-${++this.#ids}`,
        speaker: { voice: undefined, language: 'en-US' },
        ...(moderation && { moderation }),
        ...(recollect && { recollect }),
        ...(recalls && { recalls }),
        ...(desk && { desk }),
        ...(detection && { detection }),
        stage: () => this.stage,
        prompt: (past, { userText, material }) => {
          this.prompts.push({ userText, history: [...past], material });
          return [{ role: 'user', content: userText ?? '' }];
        },
        store: (record) => {
          this.stored.set(record.id, record);
          onStore(record);
          return Promise.resolve();
        },
        emit: (event) => this.events.push(event),
      },
      history,
    );
    this.#done = this.conversation.hearFrom(this.#microphone.read(), new AbortController().signal);
  }

  /** The user speaks, or makes some other loud sound. */
  async sound(ms: number): Promise<void> {
    await this.#frames(ms, loud);
  }

  async silence(ms: number): Promise<void> {
    await this.#frames(ms, quiet);
  }

  /** This very sound. */
  async frame(samples: Int16Array): Promise<void> {
    this.#microphone.push({ samples, sampleRateHz: hearingRateHz, endMs: this.clock.nowMs() });
    await this.clock.advance((samples.length * 1000) / hearingRateHz);
  }

  /** The process gets no CPU while all this sounds; then its timers come, and after them the sound. */
  async standStill(...heard: readonly ['sound' | 'silence', number][]): Promise<void> {
    let endMs = this.clock.nowMs();
    this.clock.standStill(heard.reduce((sum, [, ms]) => sum + ms, 0));
    await this.clock.advance(0);
    for (const [kind, ms] of heard)
      for (let at = 0; at < ms; at += frameMs) {
        const samples = kind === 'sound' ? loud : quiet;
        endMs += frameMs;
        this.#microphone.push({ samples, sampleRateHz: hearingRateHz, endMs });
      }
    await this.clock.advance(0);
  }

  async end(): Promise<void> {
    this.#microphone.end();
    await this.#done;
    await this.conversation.close();
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  count(kind: ConversationEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  completed(): TurnRecord[] {
    return this.events.flatMap((event) => (event.kind === 'turnCompleted' ? [event.record] : []));
  }

  async #frames(ms: number, samples: Int16Array): Promise<void> {
    for (let at = 0; at < ms; at += frameMs) await this.frame(samples);
  }
}
