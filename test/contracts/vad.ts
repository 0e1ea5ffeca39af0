import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Reframer } from '../../src/audio/reframe.ts';
import { vadWindowSamples, type Vad, type VadStream } from '../../src/providers/vad/vad.ts';
import { concatenated, degraded, silence, spoken, whiteNoise } from '../fakes/espeak.ts';

/** What every VAD promises, with real speech. */
export function vadContract(name: string, openVad: () => Promise<Vad> | Vad): void {
  describe(`${name} keeps the contract of VADs: it`, () => {
    const opened: Vad[] = [];
    let speech: Int16Array;

    beforeAll(async () => {
      speech = await spoken('Good morning, I would like to know the way to the harbour.');
    });
    afterEach(async () => {
      for (const vad of opened.splice(0)) await vad.close();
    });

    async function open(): Promise<Vad> {
      const vad = await openVad();
      opened.push(vad);
      return vad;
    }

    it('hears speech in speech, also when it comes from far', async () => {
      const vad = await open();
      for (const gain of [1, 0.3]) {
        const heard = await listen(vad.openStream(), degraded(speech, gain, 0));
        expect(shareOfSpeech(heard)).toBeGreaterThan(0.75);
      }
    });

    it('hears none in silence', async () => {
      const heard = await listen((await open()).openStream(), silence(1_000));
      expect(shareOfSpeech(heard)).toBe(0);
    });

    it('notices the end of speech within 200 ms', async () => {
      const heard = await listen((await open()).openStream(), concatenated(speech, silence(600)));
      const last = heard.findLastIndex((probability) => probability > 0.5);
      expect((last + 1) * vadWindowSamples).toBeLessThan(speech.length + 3_200);
    });

    it('keeps streams apart, whatever the order in which their windows come', async () => {
      const vad = await open();
      const alone = await listen(vad.openStream(), speech);
      const [amid, other] = await Promise.all([
        listen(vad.openStream(), speech),
        listen(vad.openStream(), silence(3_000)),
      ]);
      expect(amid).toEqual(alone);
      expect(shareOfSpeech(other)).toBe(0);
    });

    it('forgets what it heard when reset', async () => {
      const stream = (await open()).openStream();
      const first = await listen(stream, speech);
      stream.reset();
      expect(await listen(stream, speech)).toEqual(first);
    });

    it('gives probabilities for anything', async () => {
      const random = whiteNoise();
      const noise = Int16Array.from({ length: 16_000 }, () => Math.round(random() * 32_767));
      const extremes = new Int16Array(vadWindowSamples).fill(-32_768);
      const heard = await listen((await open()).openStream(), concatenated(noise, extremes));
      for (const probability of heard) {
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
    });

    it('can be closed twice', async () => {
      const vad = await open();
      await vad.close();
      await vad.close();
    });
  });
}

/** @returns the probability of each whole window */
export async function listen(stream: VadStream, samples: Int16Array): Promise<number[]> {
  const heard: number[] = [];
  for (const window of new Reframer(vadWindowSamples).push(samples)) {
    heard.push(await stream.speechProbability(window));
  }
  return heard;
}

export function shareOfSpeech(heard: number[]): number {
  return heard.filter((probability) => probability > 0.5).length / heard.length;
}
