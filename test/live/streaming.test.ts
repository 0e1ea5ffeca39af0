import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callerRateHz, kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, dataOf, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const question = 'Could you tell me a little about the old harbour and the people who live there?';
const words = question.split(' ');

/** Before the first word, as the server keeps it. */
const preRollSeconds = 0.6;

describe('recognition while the user speaks', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let question24: Int16Array;
  const calls = new Calls(() => parley);

  /** What of the question is in so much sound: all of it well before its end, for a busy machine loses some. */
  function heardIn(samples: Int16Array, rateHz: number): string {
    const spokenSeconds = question24.length / callerRateHz;
    const share = (samples.length / rateHz - preRollSeconds) / (0.6 * spokenSeconds);
    return words.slice(0, Math.max(0, Math.floor(words.length * share))).join(' ');
  }

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    provider.realtime.always({ kind: 'ok' });
    provider.realtime.transcript = (samples) => heardIn(samples, 24_000);
    provider.realtime.partial = provider.realtime.transcript;
    provider.transcript = ({ samples, sampleRateHz }) => heardIn(samples, sampleRateHz);
    provider.reply = () => 'Down the hill. You cannot miss it.';
    speakQuickly(provider);
    parley = await Parley.start({ provider });
    question24 = await spoken(question, callerRateHz);
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  const transcripts = (messages: Received[], final: boolean) =>
    messages.filter(
      ({ message }) =>
        kindOf(message) === 'user-transcription' && dataOf(message)['final'] === final,
    );

  /** Speaks and hears the answer out. @returns when the last sample was spoken, and all messages */
  async function ask(caller: Caller, meanwhile: () => Promise<void> = () => Promise.resolve()) {
    const from = since(caller);
    const [doneAtMs] = await Promise.all([caller.speak(question24), meanwhile()]);
    const final = await caller.message('final-user-transcription', from);
    expect(dataOf(final.message)['text']).toBe(question);
    await caller.message('bot-turn-completed', from);
    return { doneAtMs, messages: caller.received.slice(from.fromIndex) };
  }

  it('tells the words while they are spoken, and the last word on them before the answer', async () => {
    const { doneAtMs, messages } = await ask(await calls.open());
    const partials = transcripts(messages, false).filter(({ atMs }) => atMs < doneAtMs);
    const told = partials.map(({ message }) => String(dataOf(message)['text']));
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told).toEqual(told.toSorted((a, b) => a.length - b.length));
    for (const text of told) expect(question.startsWith(text)).toBe(true);
    const kinds = messages.map(({ message }) => kindOf(message));
    const [final] = transcripts(messages, true);
    expect(final).toBeDefined();
    expect(final && messages.indexOf(final)).toBeLessThan(kinds.indexOf('bot-llm-started'));
    expect(provider.stt.counts.requests).toBe(0);
  });

  it('loses no word when the connection breaks while the user speaks', async () => {
    const caller = await calls.open();
    const { frames, sessions } = provider.realtime.counts;
    await ask(caller, async () => {
      await provider.realtime.until((counts) => counts.frames >= frames + 60);
      provider.realtime.breakAll();
    });
    expect(provider.realtime.counts.sessions).toBe(sessions + 2);
    const heard = provider.realtime.items.at(-1)?.samples.length ?? 0;
    expect(heard / 24_000).toBeGreaterThan((0.8 * question24.length) / callerRateHz);
    expect(provider.stt.counts.requests).toBe(0);
  });

  it('sends utterances whole when the provider does not stream, and asks it once', async () => {
    provider.realtime.always({ kind: 'refuse', status: 404 });
    const { tries } = provider.realtime.counts;
    const caller = await calls.open();
    await ask(caller);
    await ask(caller);
    expect(provider.stt.counts.requests).toBeGreaterThanOrEqual(2);
    expect(provider.realtime.counts.tries).toBe(tries + 1);
    // Said once for the connection that broke, once for the refusal.
    const said = () => parley.output.split('no streaming recognition').length - 1;
    await expect.poll(said).toBeGreaterThanOrEqual(2);
    expect(said()).toBe(2);
  });
});
