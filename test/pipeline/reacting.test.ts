import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hearingRateHz, type TimedFrame } from '../../src/frames/pcm.ts';
import { BoundedQueue } from '../../src/lifetime/bounded-queue.ts';
import type { ConversationEvent } from '../../src/pipeline/conversation-event.ts';
import { Conversation } from '../../src/pipeline/conversation.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { bareStage } from '../../src/script/stage.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';
import { FakeVoice } from '../fakes/fake-voice.ts';
import { ScriptedLlm } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { hum, ScriptedTts } from '../fakes/scripted-tts.ts';
import { ScriptedVad } from '../fakes/scripted-vad.ts';

const frameMs = 20;
const dragon = { text: 'A dragon lands.', mayAbstain: false };

/** A conversation on a standing clock; what the model is asked is `heard: …` or `event: …`, after `knows`. */
class Scene {
  readonly clock = new FakeClock();
  readonly llm = new ScriptedLlm(this.clock, {
    pieces: 'Down the hill. You cannot miss it.',
    firstMs: 150,
    pieceMs: 10,
  });
  readonly tts = new ScriptedTts(this.clock, { firstMs: 80 });
  readonly stt = new ScriptedStt(this.clock, { text: 'Where is the harbour?', afterMs: 100 });
  readonly events: ConversationEvent[] = [];
  readonly stored = new Map<string, TurnRecord>();
  readonly conversation: Conversation;
  knows = 'sun';
  readonly #microphone = new BoundedQueue<TimedFrame>({ capacity: 1_000, whenFull: 'dropOldest' });
  readonly #done: Promise<void>;
  #ids = 0;

  constructor() {
    this.conversation = new Conversation(
      {
        clock: this.clock,
        log: silentLog,
        stt: this.stt,
        llm: this.llm,
        tts: this.tts,
        vad: new ScriptedVad(),
        voice: new FakeVoice(this.clock),
        newId: () => `turn-${++this.#ids}`,
        speaker: { voice: undefined, language: 'en-US' },
        stage: () => bareStage,
        prompt: (_, { userText, occasion }) => [
          { role: 'system', content: this.knows },
          { role: 'user', content: userText ?? `event: ${occasion?.text ?? ''}` },
        ],
        store: (record) => {
          this.stored.set(record.id, record);
          return Promise.resolve();
        },
        emit: (event) => this.events.push(event),
      },
      [],
    );
    this.#done = this.conversation.hearFrom(this.#microphone.read(), new AbortController().signal);
  }

  /** What the model was asked, call by call, and how each call ended. */
  get asked(): string[] {
    return this.llm.log.calls.map(({ input }) =>
      input.messages.map(({ content }) => content).join(': '),
    );
  }

  /** What was said to its end, or as far as it was heard. */
  get told(): [string, string, string][] {
    return [...this.stored.values()].map(({ userText, assistantText, status }) => [
      userText ?? '-',
      assistantText,
      status,
    ]);
  }

  async sound(ms: number): Promise<void> {
    await this.#frames(ms, hum(frameMs, hearingRateHz));
  }

  async silence(ms: number): Promise<void> {
    await this.#frames(ms, new Int16Array((frameMs * hearingRateHz) / 1000));
  }

  async end(): Promise<void> {
    this.#microphone.end();
    await this.#done;
    await this.conversation.close();
  }

  async #frames(ms: number, samples: Int16Array): Promise<void> {
    for (let at = 0; at < ms; at += frameMs) {
      this.#microphone.push({
        samples,
        sampleRateHz: hearingRateHz,
        endMs: this.clock.nowMs(),
      });
      await this.clock.advance(frameMs);
    }
  }
}

const answer = 'Down the hill. You cannot miss it.';

describe('what the application reports', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(async () => {
    await scene.end();
    expect(scene.llm.log.count('running')).toBe(0);
  });

  it('is spoken about when nobody speaks', async () => {
    const became = scene.conversation.react(dragon, 'always');
    expect(became).toEqual({ reaction: 'now', floor: 'idle' });
    await scene.clock.advance(10_000);
    expect(scene.asked).toEqual(['sun: event: A dragon lands.']);
    expect(scene.told).toEqual([['-', answer, 'completed']]);
  });

  it('is not spoken about while somebody speaks, where it need not be', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(1_000);
    expect(scene.conversation.react(dragon, 'whenIdle')).toEqual({
      reaction: 'none',
      floor: 'speaking',
    });
    await scene.clock.advance(10_000);
    expect(scene.asked).toHaveLength(1);
    expect(scene.told).toEqual([['Where is the harbour?', answer, 'completed']]);
  });

  it('cuts an answer that is being heard, where it must be spoken about', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(1_500);
    expect(scene.conversation.react(dragon, 'always')).toMatchObject({ reaction: 'cut' });
    await scene.clock.advance(10_000);
    expect(scene.asked).toHaveLength(2);
    expect(scene.told.map(([, , status]) => status)).toEqual(['interrupted', 'completed']);
  });

  it('is taken into the answer that nothing was heard of: one answer, to the question', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(50);
    scene.knows = 'dragon';
    scene.conversation.contextChanged();
    expect(scene.conversation.react(dragon, 'always')).toEqual({
      reaction: 'cut',
      floor: 'thinking',
    });
    await scene.clock.advance(10_000);
    expect(scene.asked).toEqual(['sun: Where is the harbour?', 'dragon: Where is the harbour?']);
    expect(scene.told).toEqual([['Where is the harbour?', answer, 'completed']]);
    expect(scene.llm.log.count('aborted')).toBe(1);
  });

  it('waits for the user, whose answer takes it in: it is not spoken about twice', async () => {
    await scene.sound(600);
    scene.knows = 'dragon';
    scene.conversation.contextChanged();
    expect(scene.conversation.react(dragon, 'always')).toEqual({
      reaction: 'later',
      floor: 'user',
    });
    await scene.sound(400);
    await scene.silence(10_000);
    expect(scene.asked.every((asked) => asked === 'dragon: Where is the harbour?')).toBe(true);
    expect(scene.told).toEqual([['Where is the harbour?', answer, 'completed']]);
  });

  it('is spoken about after a sound of the user that was no words', async () => {
    scene.stt.script.from({ text: '', afterMs: 100 });
    await scene.sound(600);
    scene.conversation.react(dragon, 'always');
    await scene.silence(10_000);
    expect(scene.asked).toEqual(['sun: event: A dragon lands.']);
    expect(scene.told).toEqual([['-', answer, 'completed']]);
  });

  it('becomes part of an answer begun on a guess, which is begun anew', async () => {
    await scene.sound(1_000);
    await scene.silence(300);
    expect(scene.asked).toEqual(['sun: Where is the harbour?']);
    scene.knows = 'dragon';
    scene.conversation.contextChanged();
    await scene.silence(8_000);
    expect(scene.asked).toEqual(['sun: Where is the harbour?', 'dragon: Where is the harbour?']);
    expect(scene.told).toEqual([['Where is the harbour?', answer, 'completed']]);
  });

  it('is spoken about once when much happens before a word is heard', async () => {
    scene.conversation.react(dragon, 'always');
    await scene.clock.advance(50);
    scene.conversation.react({ text: 'It roars.', mayAbstain: true }, 'always');
    await scene.clock.advance(10_000);
    expect(scene.asked.at(-1)).toBe('sun: event: A dragon lands.\nIt roars.');
    expect(scene.told.filter(([, text]) => text !== '')).toEqual([['-', answer, 'completed']]);
  });

  it('is spoken about when the answer to the user could not take it in', async () => {
    scene.stt.script.from({ fails: new ProviderFailed('stt', 'refused', false) });
    await scene.sound(600);
    scene.conversation.react(dragon, 'always');
    await scene.silence(20_000);
    expect(scene.asked).toEqual(['sun: event: A dragon lands.']);
  });

  it('is left to the model when the process that was to speak about it is gone', async () => {
    scene.conversation.resume({
      id: 'turn-0',
      origin: 'trigger',
      userText: null,
      assistantText: '',
      status: 'open',
      stages: {},
      startedAt: '2026-01-01T00:00:00.000Z',
    });
    await scene.clock.advance(5_000);
    expect(scene.asked).toEqual(['sun: event: ']);
  });

  it('is forgotten where silence is asked for', async () => {
    await scene.sound(600);
    scene.conversation.react(dragon, 'always');
    scene.conversation.interrupt();
    scene.stt.script.from({ text: '', afterMs: 100 });
    await scene.silence(8_000);
    expect(scene.asked.filter((asked) => asked.includes('event'))).toEqual([]);
  });
});

describe('fixed words', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  it('are said as they are', async () => {
    expect(scene.conversation.say('The gate opens.')).toEqual({ reaction: 'now', floor: 'idle' });
    await scene.clock.advance(5_000);
    expect(scene.asked).toEqual([]);
    expect(scene.told).toEqual([['-', 'The gate opens.', 'completed']]);
  });

  it('are said one after the other, none lost', async () => {
    scene.conversation.say('One comes first.');
    scene.conversation.say('Two comes second.');
    scene.conversation.say('Three comes third.');
    await scene.clock.advance(15_000);
    expect(scene.told).toEqual([
      ['-', 'One comes first.', 'completed'],
      ['-', 'Two comes second.', 'completed'],
      ['-', 'Three comes third.', 'completed'],
    ]);
  });

  it('come before an answer of which nothing was heard, and that follows', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(50);
    scene.conversation.say('The gate opens.');
    await scene.clock.advance(15_000);
    expect(scene.told.filter(([, text]) => text !== '')).toEqual([
      ['Where is the harbour?', answer, 'completed'],
      ['-', 'The gate opens.', 'completed'],
    ]);
    const heard = scene.events.flatMap((event) =>
      event.kind === 'turnCompleted' ? [event.record.assistantText] : [],
    );
    expect(heard).toEqual(['', 'The gate opens.', answer]);
  });

  it('wait until the user is done and was answered', async () => {
    await scene.sound(1_000);
    scene.conversation.say('The gate opens.');
    await scene.silence(15_000);
    expect(scene.told).toEqual([
      ['Where is the harbour?', answer, 'completed'],
      ['-', 'The gate opens.', 'completed'],
    ]);
  });

  it('that wait are few, however many were sent', async () => {
    await scene.sound(600);
    for (let line = 0; line < 1_000; line++) scene.conversation.say(`Line ${line}.`);
    await scene.silence(60_000);
    await settle();
    const lines = scene.told.filter(([user]) => user === '-').map(([, text]) => text);
    expect(lines).toHaveLength(16);
    expect(lines.at(-1)).toBe('Line 999.');
  });
});
