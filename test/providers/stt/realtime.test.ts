import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenAiStt } from '../../../src/providers/stt/openai.ts';
import { RealtimeStt } from '../../../src/providers/stt/realtime.ts';
import { pieceSamples, Speaker } from '../../contracts/stt-line.ts';
import { FakeClock, settle } from '../../fakes/fake-clock.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';
import type { RealtimeBehaviour } from '../../fakes/scripted-realtime.ts';

/** Of a piece at the rate on the wire. */
const sentSamples = (pieceSamples * 3) / 2;

describe('RealtimeStt', () => {
  let server: ScriptedProvider;
  let clock: FakeClock;
  let stt: RealtimeStt;
  const speakers: Speaker[] = [];

  beforeEach(async () => {
    server = await ScriptedProvider.open();
    clock = new FakeClock();
    stt = openStt('scripted');
    server.realtime.transcript = (samples) => `${samples.length / sentSamples} streamed`;
    server.transcript = ({ samples }) => `${samples.length / pieceSamples} sent whole`;
  });

  afterEach(async () => {
    for (const { line } of speakers.splice(0)) line.close();
    expect(clock.pending).toBe(0);
    await server.close();
  });

  function openStt(model: string): RealtimeStt {
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model };
    const deps = { clock, random: () => 0.5 };
    return new RealtimeStt(new OpenAiStt(settings, deps), settings, deps);
  }

  function speaker(language = 'en-US'): Speaker {
    const opened = new Speaker(stt, { language });
    speakers.push(opened);
    return opened;
  }

  const frames = (wanted: number) => server.realtime.until((counts) => counts.frames >= wanted);
  const ended = () => server.realtime.until(({ open }) => open === 0);

  /** A user who is heard by a stream that behaves like this. */
  async function heard(pieces: number, behaviour: RealtimeBehaviour = { kind: 'ok' }) {
    server.realtime.always(behaviour);
    const user = speaker();
    user.speak(pieces);
    await frames(pieces);
    return user;
  }

  /** The line has noticed that its connection broke, and waits for another try. */
  async function noticed(): Promise<void> {
    while (clock.pending === 0) await settle();
  }

  it.each([
    [
      'nested',
      'whisper-1',
      {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: { model: 'whisper-1', language: 'zh' },
            turn_detection: null,
          },
        },
      },
    ],
    [
      'nested',
      'gpt-live-transcribe',
      {
        type: 'transcription',
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: { model: 'gpt-live-transcribe', languages: ['zh'] },
            turn_detection: null,
          },
        },
      },
    ],
    [
      'flat',
      'whisper-1',
      {
        input_audio_transcription: { model: 'whisper-1', language: 'zh' },
        turn_detection: null,
      },
    ],
    [
      'legacy',
      'whisper-1',
      {
        input_audio_format: 'pcm16',
        input_audio_transcription: { model: 'whisper-1', language: 'zh' },
        turn_detection: null,
      },
    ],
  ] as const)('describes its session in the %s form, for %s', async (form, model, session) => {
    server.realtime.always({ kind: 'ok', form });
    stt = openStt(model);
    const user = speaker('zh-Hans-CN');
    user.speak(4);
    await frames(4);
    expect(server.realtime.configurations).toEqual([session]);
    expect(await user.words()).toBe('4 streamed');
    const [{ url, headers } = { url: '', headers: {} }] = server.realtime.requests;
    expect(url).toBe(`/v1/realtime?intent=transcription&model=${model}`);
    expect(headers).toMatchObject({
      authorization: 'Bearer secret-key',
      'openai-beta': 'realtime=v1',
    });
  });

  it('tells the words while they are spoken, and knows them before it is asked', async () => {
    server.realtime.partial = (samples) => 'one two three '.slice(0, samples.length / 400);
    const user = await heard(8);
    await settle();
    expect(user.partials.at(-1)).toBe('one two three');
    expect(user.line.partial).toBe('one two three');
    const words = user.words();
    await clock.advance(100);
    expect(await words).toBe('8 streamed');
  });

  it('sends nothing twice when it knows words and the user goes on after a moment', async () => {
    server.realtime.partial = (samples) => 'one two three '.slice(0, samples.length / 400);
    const user = await heard(8);
    await settle();
    const abort = new AbortController();
    const words = user.words(abort.signal).catch(() => 'aborted');
    await clock.advance(60);
    abort.abort();
    expect(await words).toBe('aborted');
    user.line.goOn();
    user.speak(2);
    await frames(10);
    const all = user.words();
    await clock.advance(100);
    expect(await all).toBe('10 streamed');
    expect(server.realtime.counts.commits).toBe(1);
  });

  it('does not take back what it told when the user goes on after a pause', async () => {
    server.realtime.partial = (samples) => 'one two three four'.slice(0, samples.length / 1_400);
    const user = await heard(8);
    await settle();
    const first = user.words();
    await clock.advance(100);
    await first;
    const known = user.partials.at(-1) ?? '';
    user.line.goOn();
    expect(user.line.partial).toBe('');
    user.speak(6);
    await frames(22);
    await settle();
    expect(user.partials.at(-1)?.length).toBeGreaterThan(known.length);
    const lengths = user.partials.map(({ length }) => length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    const all = user.words();
    await clock.advance(100);
    expect(await all).toBe('14 streamed');
  });

  it('keeps one socket for all utterances, and closes it when nobody speaks for long', async () => {
    const user = await heard(4);
    for (const pieces of [4, 5, 6]) {
      expect(await user.words()).toBe(`${pieces} streamed`);
      user.reset();
      user.speak(pieces + 1);
    }
    user.reset();
    expect(server.realtime.counts.tries).toBe(1);
    await clock.advance(59_000);
    expect(server.realtime.counts.open).toBe(1);
    await clock.advance(1_000);
    await ended();
    user.speak(3);
    await server.realtime.until(({ sessions }) => sessions === 2);
  });

  it('opens a new session between two utterances before the provider ends the old one', async () => {
    const user = await heard(4);
    for (let minute = 0; minute < 25; minute++) {
      user.reset();
      await clock.advance(30_000);
      user.speak(1);
      await clock.advance(30_000);
    }
    expect(server.realtime.counts.tries).toBe(1);
    user.reset();
    await ended();
    user.speak(4);
    await server.realtime.until(({ sessions }) => sessions === 2);
  });

  it('loses no word when the connection breaks in mid-utterance: it sends all once more', async () => {
    server.realtime.always({ kind: 'ok' });
    server.realtime.next({ kind: 'breaks', afterSamples: 6 * sentSamples - 50 });
    const user = speaker();
    user.speak(6);
    await server.realtime.until(({ frames: count, open }) => count >= 6 && open === 0);
    await noticed();
    user.speak(2);
    await clock.advance(150);
    await frames(14);
    user.speak(2);
    expect(await user.words()).toBe('10 streamed');
    expect(user.troubles.map(({ reason }) => reason)).toEqual(['brokeOff']);
    expect(server.stt.counts.requests).toBe(0);
  });

  it('sends the utterance whole when the connection breaks a second time, and later ones too for a while', async () => {
    const user = await heard(6, { kind: 'breaks', afterSamples: 3 * sentSamples });
    await ended();
    await noticed();
    await clock.advance(150);
    await server.realtime.until(({ tries, open }) => tries === 2 && open === 0);
    while (user.troubles.length === 0) await settle();
    user.speak(2);
    expect(await user.words()).toBe('8 sent whole');
    user.reset();
    user.speak(5);
    expect(await user.words()).toBe('5 sent whole');
    expect(server.realtime.counts.tries).toBe(2);
    expect(user.troubles).toHaveLength(1);
    user.reset();
    await clock.advance(30_000);
    server.realtime.always({ kind: 'ok' });
    user.speak(4);
    await server.realtime.until(({ tries }) => tries === 3);
  });

  it('sends the utterance whole when the connection breaks while its words are awaited', async () => {
    const user = await heard(5, { kind: 'forgets' });
    const words = user.words();
    await server.realtime.until(({ commits }) => commits === 1);
    server.realtime.always({ kind: 'ok' });
    server.realtime.breakAll();
    expect(await words).toBe('5 sent whole');
    user.line.goOn();
    user.speak(2);
    await frames(12);
    expect(await user.words()).toBe('7 streamed');
  });

  it.each<RealtimeBehaviour>([
    { kind: 'fails' },
    { kind: 'garbage', frame: '<!doctype html>' },
    { kind: 'garbage', frame: '{"type":17}' },
    {
      kind: 'garbage',
      frame: '{"type":"conversation.item.input_audio_transcription.completed"}',
    },
    { kind: 'garbage', frame: new Uint8Array(4) },
    { kind: 'garbage', frame: `{"type":"${'x'.repeat(1_000_001)}"}` },
  ])('sends the utterance whole when there are no words in the answer: %o', async (behaviour) => {
    const user = await heard(5, behaviour);
    expect(await user.words()).toBe('5 sent whole');
  });

  it('sends the utterance whole when the words do not come in time', async () => {
    const user = await heard(5, { kind: 'forgets' });
    const words = user.words();
    await server.realtime.until(({ commits }) => commits === 1);
    await clock.advance(4_000);
    expect(await words).toBe('5 sent whole');
    expect(user.troubles.map(({ reason }) => reason)).toEqual(['timeout']);
  });

  it.each<RealtimeBehaviour>([
    { kind: 'refuse', status: 401 },
    { kind: 'refuse', status: 404 },
    { kind: 'closes', code: 1008 },
    { kind: 'closes', code: 4000 },
  ])('leaves a provider in peace that refuses: %o', async (refusal) => {
    server.realtime.always(refusal);
    const user = speaker();
    user.speak(4);
    await server.realtime.until(({ tries }) => tries === 1);
    await settle();
    expect(await user.words()).toBe('4 sent whole');
    expect(user.troubles.map(({ reason }) => reason)).toEqual(['refused']);
    user.reset();
    await clock.advance(9 * 60_000);
    const another = speaker();
    another.speak(5);
    expect(await another.words()).toBe('5 sent whole');
    expect(another.troubles).toEqual([]);
    expect(server.realtime.counts.tries).toBe(1);
    await clock.advance(60_000);
    another.reset();
    another.speak(1);
    await server.realtime.until(({ tries }) => tries === 2);
  });

  it.each<RealtimeBehaviour>([
    { kind: 'refuse', status: 503 },
    { kind: 'refuse', status: 429 },
    { kind: 'closes', code: 1011 },
  ])('asks again soon where the door was only shut for a moment: %o', async (trouble) => {
    server.realtime.always(trouble);
    const user = speaker();
    user.speak(4);
    await server.realtime.until(({ tries }) => tries === 1);
    await noticed();
    await clock.advance(200);
    await server.realtime.until(({ tries }) => tries === 2);
    while (user.troubles.length === 0) await settle();
    expect(await user.words()).toBe('4 sent whole');
    expect(user.troubles.map(({ reason }) => reason)).not.toContain('refused');
    server.realtime.always({ kind: 'ok' });
    user.reset();
    await clock.advance(4_000);
    user.speak(5);
    await frames(5);
    expect(await user.words()).toBe('5 streamed');
  });

  it('tries a slow opening once more in the same utterance, and forgets it when it goes well', async () => {
    server.realtime.always({ kind: 'ok' });
    server.realtime.next({ kind: 'mute' });
    const user = speaker();
    user.speak(4);
    await server.realtime.until(({ open }) => open === 1);
    await clock.advance(5_000);
    await noticed();
    await clock.advance(200);
    await frames(4);
    expect(await user.words()).toBe('4 streamed');
  });

  it('leaves alone longer what goes on failing', async () => {
    server.realtime.always({ kind: 'refuse', status: 503 });
    const triesWithin = async (ms: number) => {
      const before = server.realtime.counts.tries;
      for (let at = 0; at < ms; at += 2_000) {
        const user = speaker();
        user.speak(1);
        for (let round = 0; round < 3; round++) {
          await clock.advance(200);
          for (let turn = 0; turn < 20; turn++) await settle();
        }
        user.line.close();
        await clock.advance(1_400);
      }
      return server.realtime.counts.tries - before;
    };
    const first = await triesWithin(20_000);
    await triesWithin(100_000);
    expect(await triesWithin(20_000)).toBeLessThan(first / 2);
  });

  it('leaves a provider in peace that takes the connection and says nothing', async () => {
    server.realtime.always({ kind: 'mute' });
    const user = speaker();
    user.speak(4);
    await server.realtime.until(({ open }) => open === 1);
    expect(await user.words()).toBe('4 sent whole');
    await clock.advance(5_000);
    expect(user.troubles.map(({ reason }) => reason)).toEqual(['timeout']);
    await ended();
  });

  it('does not wait for a connection that is slower than the user', async () => {
    server.realtime.always({ kind: 'ok' });
    const user = speaker();
    user.speak(4);
    expect(await user.words()).toBe('4 sent whole');
    expect(user.troubles).toEqual([]);
  });

  it('takes words under the names of a provider that does not acknowledge', async () => {
    server.realtime.acknowledges = false;
    const user = await heard(4);
    expect(await user.words()).toBe('4 streamed');
    user.line.goOn();
    user.speak(3);
    expect(await user.words()).toBe('7 streamed');
  });

  it('makes several items of a monologue, and joins their words', async () => {
    const longPieces = Math.ceil((16_000 * 11) / pieceSamples);
    const user = await heard(longPieces);
    expect(await user.words()).toBe(`${longPieces} streamed`);
    user.speak(4);
    user.line.goOn();
    user.speak(5);
    expect(await user.words()).toBe(`${longPieces} streamed 9 streamed`);
    expect(server.stt.counts.requests).toBe(0);
  });

  it('sends a monologue whole when the connection broke and its beginning is not here any more', async () => {
    const longPieces = Math.ceil((16_000 * 31) / pieceSamples);
    const user = await heard(10);
    user.speak(longPieces);
    await frames(longPieces + 10);
    server.realtime.breakAll();
    while (user.troubles.length === 0) await settle();
    expect(await user.words()).toBe(`${longPieces + 10} sent whole`);
  });

  it('sends a monologue whole when it was over-long before anybody listened', async () => {
    server.realtime.always({ kind: 'ok' });
    const user = speaker();
    const longPieces = Math.ceil((16_000 * 31) / pieceSamples);
    user.speak(longPieces);
    await server.realtime.until(({ sessions }) => sessions === 1);
    await settle();
    expect(await user.words()).toBe(`${longPieces} sent whole`);
  });

  it('does not mix up the words of utterances that follow each other quickly', async () => {
    server.realtime.completedMs = 40;
    const user = await heard(4);
    const abort = new AbortController();
    const first = user.words(abort.signal).catch(() => 'aborted');
    await server.realtime.until(({ commits }) => commits === 1);
    abort.abort();
    user.reset();
    user.speak(7);
    expect(await user.words()).toBe('7 streamed');
    expect(await first).toBe('aborted');
  });
});
