import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerRateHz, type Caller } from '../../bench/caller.ts';
import { silenceMs } from '../../bench/heard-sound.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { hum } from '../fakes/scripted-tts.ts';
import {
  answerText,
  Calls,
  dataOf,
  exchange,
  since,
  soundOf,
  speakQuickly,
} from './support/calls.ts';
import { Parley } from './support/server.ts';

const opening =
  'The harbour lies below the hill behind the old mill on the other side of the river. ';
const longAnswer = `${opening}Follow the path until you see the masts, then ask for the keeper.`;

/** Types a question and waits until so much of its answer was heard. */
async function ask(caller: Caller, text: string, untilHeardMs: number): Promise<void> {
  const from = since(caller);
  await caller.send({ type: 'user_text_message', data: { text } });
  const { atMs } = await caller.message('bot-started-speaking', from);
  const enough = () => 10 * caller.sound.loudFramesAfter(atMs) >= untilHeardMs || undefined;
  await caller.until(enough, 'the answer to be heard');
}

describe('a conversation', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
  });

  beforeEach(() => {
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
    provider.tts.pace = { firstMs: 0, pieceMs: 0 };
    provider.reply = () => 'Down the hill. You cannot miss it.';
    speakQuickly(provider);
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  /** What the model was last asked, without the system message. */
  const lastPrompt = () => provider.llm.requests.at(-1)?.messages.slice(1) ?? [];

  it('answers spoken words with words and sound', async () => {
    const caller = await calls.open();
    provider.transcript = () => 'Where is the harbour?';
    const from = since(caller);
    const doneAtMs = await caller.speak(await spoken('Where is the harbour?', callerRateHz));
    const final = await caller.message('final-user-transcription', from);
    expect(dataOf(final.message)['text']).toBe('Where is the harbour?');
    await caller.message('bot-turn-completed', from);
    expect(answerText(caller.received.slice(from.fromIndex))).toBe(
      'Down the hill. You cannot miss it.',
    );
    // A packet of sound may take longer than the message that comes after it.
    await caller.until(() => caller.sound.firstLoudAfter(doneAtMs), 'the answer to be heard');
    expect(lastPrompt().at(-1)).toEqual({ role: 'user', content: 'Where is the harbour?' });
  });

  it('answers what was said when push-to-talk is released, with its last sound, though it is no whole sentence', async () => {
    const words = await spoken('I would like to', callerRateHz);
    /** @returns the length of the sound that was transcribed, with what was kept from before it */
    const heardSeconds = async () => {
      const caller = await calls.open();
      let most = 0;
      provider.transcript = ({ samples, sampleRateHz }) => {
        most = Math.max(most, samples.length / sampleRateHz);
        return 'I would like to';
      };
      const from = since(caller);
      await caller.speak(words);
      await caller.send({ type: 'force-user-stopped-speaking' });
      const final = await caller.message('final-user-transcription', from);
      expect(dataOf(final.message)['text']).toBe('I would like to');
      await caller.message('bot-turn-completed', from);
      await calls.leaveAll();
      return most;
    };
    // Only a machine that is busy with something else brings sound so late that the message overtakes it.
    let heard = 0;
    for (let tries = 0; heard <= words.length / callerRateHz && tries < 5; tries++)
      heard = await heardSeconds();
    expect(heard).toBeGreaterThan(words.length / callerRateHz);
  });

  it('answers typed text, and shows it to the model and to the client', async () => {
    const caller = await calls.open({ microphone: false });
    const messages = await exchange(caller, '  Is there a boat?  ');
    const typed = messages.find(({ message }) => message['type'] === 'user-transcription');
    expect(typed?.message['data']).toMatchObject({ text: 'Is there a boat?', final: true });
    expect(answerText(messages)).toBe('Down the hill. You cannot miss it.');
    await exchange(caller, 'And a ferry?');
    expect(lastPrompt().slice(-3)).toEqual([
      { role: 'user', content: 'Is there a boat?' },
      { role: 'assistant', content: 'Down the hill. You cannot miss it.' },
      { role: 'user', content: 'And a ferry?' },
    ]);
  });

  it('hears a client that publishes nothing from its first message on', async () => {
    for (const name of ['first', 'second', 'third']) {
      const caller = await calls.open({ microphone: false, greeting: false });
      await caller.send({ type: 'user_text_message', data: { text: `I am the ${name}.` } });
      await caller.message('final-user-transcription');
    }
  });

  it('falls silent when it is interrupted, cancels its providers, and remembers what was heard', async () => {
    const caller = await calls.open();
    provider.reply = () => longAnswer;
    speakQuickly(provider, 60);
    // The model is still writing and the voice still being made when the user cuts in, however long that takes.
    provider.llm.next({ kind: 'stall', afterPieces: 18 });
    provider.llm.pace = { firstMs: 0, pieceMs: 100 };
    provider.tts.next({ kind: 'stall', afterPieces: 40 });
    provider.tts.pace = { firstMs: 0, pieceMs: 95 };
    const aborted = { llm: provider.llm.counts.aborted, tts: provider.tts.counts.aborted };
    const from = since(caller);
    await ask(caller, 'Where is the harbour?', 1_500);
    // What follows must not be heard before the silence was.
    provider.reply = () => 'As you wish.';
    provider.llm.pace = { firstMs: 2_000, pieceMs: 0 };
    provider.transcript = () => 'Wait, I want to know something else.';
    await caller.speak(await spoken('Wait, I want to know something else!', callerRateHz));
    const cut = await caller.message('bot-turn-completed', from);
    expect(dataOf(cut.message)).toMatchObject({ was_interrupted: true });
    await caller.until(
      () => caller.sound.silentAfter(cut.atMs, performance.now()),
      'silence after the interruption',
    );
    await provider.llm.until((counts) => counts.aborted > aborted.llm);
    await provider.tts.until((counts) => counts.aborted > aborted.tts);
    await caller.message('bot-turn-completed', { fromIndex: caller.received.indexOf(cut) + 1 });
    const [question, heard, next] = lastPrompt().slice(-3);
    expect(question).toEqual({ role: 'user', content: 'Where is the harbour?' });
    expect(heard?.role).toBe('assistant');
    expect(heard?.content).toMatch(/^The .*—$/);
    expect(longAnswer.startsWith(heard?.content.slice(0, -1) ?? '?')).toBe(true);
    expect(next).toEqual({ role: 'user', content: 'Wait, I want to know something else.' });
  });

  it('goes on from the very sample after a listening noise', async () => {
    const caller = await calls.open({
      body: { audio_config: { output: { audio_routing: 'both' } } },
    });
    provider.reply = () => longAnswer;
    speakQuickly(provider, 60);
    provider.transcript = () => 'Mm-hm.';
    const noise = await spoken('Right.', callerRateHz);
    const from = since(caller);
    const spokenBefore = provider.tts.requests.length;
    await ask(caller, 'Where is the harbour?', 300);
    const interruptedAtMs = performance.now();
    await caller.speak(noise);
    const end = await caller.message('bot-turn-completed', from);
    expect(dataOf(end.message)).toMatchObject({ was_interrupted: false });
    await caller.until(
      () => caller.sound.longestPauseMs(interruptedAtMs) > silenceMs || undefined,
      'the pause in the voice',
    );
    const inputs = provider.tts.requests.slice(spokenBefore).map(({ input }) => input);
    expect(inputs.map((input) => input.trim()).join(' ')).toBe(longAnswer);
    const samples = soundOf(caller.received.slice(from.fromIndex));
    const expected = inputs.flatMap((input) => [...hum(60 * input.length)]);
    // Compared as one text: a difference in 100,000 numbers would be shown for minutes.
    expect(samples.length).toBe(expected.length);
    expect(samples.every((sample, i) => sample === expected[i])).toBe(true);
  });

  it('stops at a word of the client, and lets the user go on', async () => {
    const caller = await calls.open({ microphone: false });
    provider.reply = () => longAnswer;
    speakQuickly(provider, 60);
    const from = since(caller);
    await ask(caller, 'Where is the harbour?', 1_500);
    await caller.send({ type: 'interrupt-bot' });
    const cut = await caller.message('bot-turn-completed', from);
    expect(dataOf(cut.message)).toMatchObject({ was_interrupted: true });
    await caller.until(
      () => caller.sound.silentAfter(cut.atMs, performance.now()),
      'silence after interrupt-bot',
    );
    provider.reply = () => 'Very well.';
    expect(answerText(await exchange(caller, 'Thank you.'))).toBe('Very well.');
    expect(lastPrompt().at(-2)?.content).toMatch(/^The .*—$/);
  });
});
