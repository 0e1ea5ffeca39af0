import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callerRateHz, type Caller } from '../../bench/caller.ts';
import { rmsDbfs } from '../../src/audio/level.ts';
import { decodeWav } from '../../src/audio/wav.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { degraded, spoken } from '../fakes/espeak.ts';
import {
  answerText,
  Calls,
  chunkOf,
  dataOf,
  exchange,
  kindsOf,
  since,
  soundOf,
  textOf,
} from './support/calls.ts';
import { contentOverlap, likeness } from './support/likeness.ts';
import { Parley } from './support/server.ts';

const wavHeaderBytes = 44;
/** Load takes from what is understood and from what is heard, and never adds to it. */
const mostTries = 3;

describe('speech without any provider of the user', () => {
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    parley = await Parley.start();
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await parley.close();
    await dispose();
  });

  /** A client for whom the greeting was cut short. */
  async function call(output: Record<string, unknown>, more: object = {}): Promise<Caller> {
    const body = { audio_config: { output }, ...more };
    const caller = await calls.open({ body, greeting: false });
    await caller.message('bot-started-speaking');
    await caller.send({ type: 'interrupt-bot' });
    await caller.message('bot-turn-completed');
    return caller;
  }

  /** Who is not understood says it again: a busy machine loses sound. */
  async function sayUntilUnderstood(caller: Caller, words: string, samples: Int16Array) {
    for (let again = 1; ; again++) {
      const said = await say(caller, samples);
      const overlap = contentOverlap(words, said.understood);
      if (overlap >= 0.6 || again === mostTries) return { ...said, overlap };
    }
  }

  /** Says this and hears the whole answer. @returns what was understood, and all messages of the turn */
  async function say(caller: Caller, samples: Int16Array) {
    const from = since(caller);
    const saidAtMs = await caller.speak(samples);
    const final = await caller.message('final-user-transcription', from);
    const started = await caller.message('bot-started-speaking', from);
    const end = await caller.message('bot-turn-completed', from);
    expect(dataOf(end.message)).toMatchObject({ was_interrupted: false });
    const messages = caller.received.slice(from.fromIndex);
    expect(answerText(messages)).not.toBe('');
    return {
      understood: textOf({ data: dataOf(final.message) }),
      messages,
      saidAtMs,
      started,
      end,
    };
  }

  it('does what it is asked, of what it can do', async () => {
    const body = {
      action_config: {
        actions: ['Wave', 'Move To'],
        objects: [{ name: 'door' }],
        current_attention_object: 'door',
      },
    };
    const caller = await call({ audio_routing: 'audio_only' }, body);
    const messages = await exchange(caller, 'Please go to the door, and wave.');
    const done = messages.find(
      ({ message }) => kindsOf([{ message, atMs: 0 }])[0] === 'action-response',
    );
    expect(dataOf(done?.message ?? {})['actions']).toEqual([
      { name: 'Move To', target: 'door' },
      { name: 'Wave' },
    ]);
    expect(answerText(messages)).toBe('All right, at once.');
  });

  it('understands what was said and answers on a track', async () => {
    const caller = await call({ audio_routing: 'audio_only' });
    const question = 'What did you see in the water?';
    const samples = await spoken(question, callerRateHz);
    const { overlap, messages, started } = await sayUntilUnderstood(caller, question, samples);
    expect(overlap).toBeGreaterThanOrEqual(0.6);
    expect(caller.remoteTracks).toBe(1);
    const enough = () => 10 * caller.sound.loudFramesAfter(started.atMs) > 500 || undefined;
    await caller.until(enough, 'half a second of the answer');
    expect(kindsOf(messages)).not.toContain('audio-data');
  });

  it('understands a quieter, slower and noisier voice and answers in exact chunks of data', async () => {
    const caller = await call({
      audio_routing: 'data_only',
      max_chunk_duration_ms: 95,
      add_wav_header: true,
    });
    const question = 'I would like to hear a story about your mother.';
    const voice = degraded(await spoken(question, callerRateHz, 140), 0.3, 0.002);
    const { overlap, messages } = await sayUntilUnderstood(caller, question, voice);
    expect(overlap).toBeGreaterThanOrEqual(0.6);
    expect(caller.remoteTracks).toBe(0);
    const chunks = messages.filter(
      ({ message }) => kindsOf([{ atMs: 0, message }])[0] === 'audio-data',
    );
    expect(chunks.length).toBeGreaterThan(5);
    const samplesOf = chunks.map(({ message }) => {
      expect(dataOf(message)).toMatchObject({
        sample_rate: 24_000,
        channels: 1,
        includes_wav_header: true,
      });
      const wav = decodeWav(chunkOf(message));
      expect(wav.sampleRateHz).toBe(speakingRateHz);
      return wav.samples.length;
    });
    // 95 ms is rounded up to 100; only the last chunk may be shorter.
    expect(new Set(samplesOf.slice(0, -1))).toEqual(new Set([2_400]));
    expect(samplesOf.at(-1)).toBeLessThanOrEqual(2_400);
    expect(rmsDbfs(soundOf(messages, wavHeaderBytes))).toBeGreaterThan(-40);
  });

  it('answers with the same sound on the track and in the data when both are asked for', async () => {
    const caller = await call({ audio_routing: 'both' });
    const question = 'Have you seen a ship in the storm?';
    const samples = await spoken(question, callerRateHz);
    const alike = async () => {
      const { messages, started } = await say(caller, samples);
      const data = soundOf(messages);
      const wholeTrack = () => {
        const track = caller.sound.samplesAfter(started.atMs - 200);
        return track.length >= data.length + callerRateHz / 2 ? track : undefined;
      };
      const track = await caller.until(wholeTrack, 'the end of the track');
      return likeness(data, track, callerRateHz);
    };
    // Less than 1 for what jitter buffer and codec do; another sound has about 0.3.
    const likenesses: number[] = [];
    do likenesses.push(await alike());
    while (Math.max(...likenesses) <= 0.8 && likenesses.length < mostTries);
    expect(Math.max(...likenesses)).toBeGreaterThan(0.8);
  });
});
