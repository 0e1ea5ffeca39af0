import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SileroVad } from '../../../src/providers/vad/silero.ts';
import { vadWindowSamples } from '../../../src/providers/vad/vad.ts';
import { rejection } from '../../contracts/subject.ts';
import { listen, shareOfSpeech, vadContract } from '../../contracts/vad.ts';
import { degraded, silence, spoken } from '../../fakes/espeak.ts';

vadContract('SileroVad', () => SileroVad.open());

describe('SileroVad', () => {
  let vad: SileroVad;
  beforeAll(async () => {
    vad = await SileroVad.open();
  });
  afterAll(() => vad.close());

  it('hears quiet speech in noise', async () => {
    const speech = await spoken('Good morning, I would like to know the way to the harbour.');
    const heard = await listen(vad.openStream(), degraded(speech, 0.1, 0.01));
    expect(shareOfSpeech(heard)).toBeGreaterThan(0.8);
  });

  it.each([0.01, 0.1, 0.5])('takes noise of %d of full scale for none', async (noise) => {
    const heard = await listen(vad.openStream(), degraded(silence(2_000), 0, noise));
    expect(Math.max(...heard)).toBeLessThan(0.4);
  });

  it('takes windows that are asked for at once in their order', async () => {
    const speech = await spoken('One, two, three.');
    const windows = [0, 1, 2, 3, 4].map((i) =>
      speech.subarray(i * vadWindowSamples, (i + 1) * vadWindowSamples),
    );
    const expected = await listen(vad.openStream(), speech.subarray(0, 5 * vadWindowSamples));
    const stream = vad.openStream();
    const heard = await Promise.all(windows.map((window) => stream.speechProbability(window)));
    expect(heard).toEqual(expected);
  });

  it('refuses what is not a window', async () => {
    const call = vad.openStream().speechProbability(new Int16Array(511));
    expect(await rejection(call)).toBeInstanceOf(RangeError);
  });

  it('finishes the windows it was given before it closes, and takes no more', async () => {
    const other = await SileroVad.open();
    const stream = other.openStream();
    const window = new Int16Array(vadWindowSamples);
    const running = stream.speechProbability(window);
    // Lets the call reach the model.
    await Promise.resolve();
    const closing = other.close();
    expect(await running).toBeGreaterThanOrEqual(0);
    await closing;
    expect(await rejection(stream.speechProbability(window))).toMatchObject({
      message: 'the VAD is closed',
    });
  });
});
