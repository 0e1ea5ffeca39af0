import { describe, expect, it } from 'vitest';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { untouchedContext, type ClientContext } from '../../src/protocol/client-context.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import { stranger } from '../../src/protocol/participant.ts';
import { ClientBoundMessage, type WrappedEvent } from '../../src/protocol/server-messages.ts';
import { DataSink } from '../../src/room/data-sink.ts';
import { Voice } from '../../src/room/voice.ts';
import { Diagnostics } from '../../src/session/diagnostics.ts';
import { GivenAnswers } from '../../src/session/given-answers.ts';
import { Part } from '../../src/session/part.ts';
import { SessionContext } from '../../src/session/session-context.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { ScriptedLlm } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { ScriptedTts } from '../fakes/scripted-tts.ts';
import { ScriptedVad } from '../fakes/scripted-vad.ts';

const sentence = 'The harbour lies below the hill, on the other side of the river. ';

/** A character with its conversation, its voice and its face, and what is told of them, in order; all but the room. */
async function open(answer: string, asked: object = {}, kept: ClientContext | null = null) {
  const clock = new FakeClock();
  const told: ClientBoundMessage[] = [];
  const send = (message: ClientBoundMessage, isVoid?: () => boolean) => {
    if (!isVoid?.()) told.push(ClientBoundMessage.parse(JSON.parse(JSON.stringify(message))));
  };
  const settings = SessionSettings.parse({
    audio_config: { output: { audio_routing: 'data_only', max_chunk_duration_ms: 20 } },
    blendshape_provider: 'neurosync',
    ...asked,
  });
  const context = new SessionContext(settings, kept, () => undefined);
  const part = await Part.open(
    {
      ...{ character: aCharacter(), history: [], characterSessionId: 'cs' },
      ...{ ownLlm: null, narrative: null, tools: null },
    },
    {
      openVoice: (output, others) =>
        Promise.resolve(new Voice(clock, [...others, new DataSink(output, send)])),
      send,
    },
    {
      ...{ clock, settings, context, log: silentLog, vad: new ScriptedVad(), responses: 's' },
      providers: {
        stt: new ScriptedStt(clock, { text: '' }),
        llm: new ScriptedLlm(clock, { pieces: answer, firstMs: 150, pieceMs: 10 }),
        tts: new ScriptedTts(clock, { firstMs: 80 }),
      },
      ...{ sights: undefined, answers: new GivenAnswers(), isShared: false },
      diagnostics: new Diagnostics({ debug: false, debug_row_cap: null }, {}, clock),
      ...{ speaker: stranger('ann'), people: () => [], company: () => undefined },
      ...{ recollect: () => Promise.resolve([]), recalls: () => false, budgetTokens: 8_000 },
      remembered: () => ({ facts: [], summary: '' }),
      store: () => Promise.resolve(),
      ...{ onEvent: () => undefined, end: () => undefined },
    },
  );
  const events = (): WrappedEvent[] =>
    told.flatMap((message) => (message.type === 'server-message' ? [message.data] : []));
  /** Types something, and hears the whole answer. */
  const exchange = async () => {
    part.begin(false);
    part.conversation.type('Where is the harbour?');
    while (!events().some(({ type }) => type === 'bot-turn-completed')) await clock.advance(1_000);
    await part.close();
    return events();
  };
  return { exchange };
}

const samplesOf = (event: WrappedEvent) =>
  event.type === 'audio-data' ? Buffer.from(event.audio, 'base64').length / 2 : 0;

describe('a character in its session', () => {
  it.each([50, 60])(
    'has a face that is as far as its voice after thirty seconds, at %i frames a second',
    async (fps) => {
      const blendshape_config = { format: 'arkit', output_fps: fps, chunk_size: 1 };
      const { exchange } = await open(sentence.repeat(9), { blendshape_config });
      let soundS = 0;
      let frames = 0;
      /** By how much each frame is before the sound that the client has, in seconds. */
      const leads: number[] = [];
      for (const event of await exchange()) {
        soundS += samplesOf(event) / speakingRateHz;
        if (event.type !== 'chunked-neurosync-blendshapes') continue;
        expect(event.start_frame_index).toBe(frames);
        frames += event.blendshapes.length;
        leads.push(event.start_frame_index / fps - soundS);
      }
      expect(soundS).toBeGreaterThan(30);
      expect(Math.abs(frames / fps - soundS)).toBeLessThan(1 / fps);
      // The voice hands its sound on in frames of 20 ms: no finer can both be compared.
      const grain = Math.max(0.02, 1 / fps) + 1e-9;
      expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(grain);
    },
  );

  it('has a face and marks that count on for the process that takes it over, and a feeling that is told', async () => {
    const kept = { ...untouchedContext, takeOvers: 1 };
    const { exchange } = await open(sentence, { emotion_config: { provider: 'nrclex' } }, kept);
    const events = await exchange();
    const owned = events.filter((event) => 'neurosync_turn_id' in event);
    expect(new Set(owned.map(({ type }) => type))).toEqual(
      new Set([
        ...['bot-started-speaking', 'chunked-neurosync-blendshapes', 'bot-stopped-speaking'],
        'bot-turn-completed',
      ]),
    );
    for (const event of owned)
      expect(event).toMatchObject({ response_id: 's:r1', neurosync_turn_id: 1, epoch: 2 });
    expect(events.filter(({ type }) => type === 'bot-emotion')).toEqual([
      { type: 'bot-emotion', emotion: 'neutral', scale: 1 },
    ]);
  });
});
