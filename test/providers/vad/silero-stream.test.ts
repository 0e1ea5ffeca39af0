import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SileroStream } from '../../../src/providers/vad/silero-stream.ts';
import { SileroVad } from '../../../src/providers/vad/silero.ts';
import { vadWindowSamples } from '../../../src/providers/vad/vad.ts';
import { listen } from '../../contracts/vad.ts';
import { concatenated, degraded, silence, spoken } from '../../fakes/espeak.ts';

const windowsOf = (samples: Int16Array) => Math.floor(samples.length / vadWindowSamples);

/** A stream whose model hears nothing and counts how often it is asked. */
function counting() {
  const asked = { times: 0 };
  const stream = new SileroStream(() => {
    asked.times++;
    return Promise.resolve();
  });
  return { asked, stream };
}

describe('a stream of the Silero VAD', () => {
  let vad: SileroVad;
  beforeAll(async () => {
    vad = await SileroVad.open();
  });
  afterAll(() => vad.close());

  it('stops asking the model after a second in which nothing could be heard', async () => {
    const { asked, stream } = counting();
    await listen(stream, silence(10_000));
    expect(asked.times).toBeLessThanOrEqual(32);
  });

  it('asks about a room for a second, then once in four windows while nothing is added to it', async () => {
    const { asked, stream } = counting();
    const room = degraded(silence(10_000), 0, 0.001);
    await listen(stream, room);
    expect(asked.times).toBeLessThanOrEqual(33 + Math.ceil(windowsOf(room) / 4));
  });

  it('asks about every window in which something is louder than the room', async () => {
    const { asked, stream } = counting();
    await listen(stream, degraded(silence(3_000), 0, 0.001));
    const before = asked.times;
    const louder = degraded(silence(3_000), 0, 0.002);
    await listen(stream, louder);
    expect(asked.times - before).toBe(windowsOf(louder));
  });

  it('is asked about faint tones beside a loud hum', async () => {
    const hum = Int16Array.from({ length: 48_000 }, (_, i) => 1_000 * Math.sin((i * Math.PI) / 80));
    const { asked, stream } = counting();
    await listen(stream, hum);
    const before = asked.times;
    const tone = (i: number) => 120 * Math.sin((i * Math.PI) / 8);
    const beside = hum.slice(0, 24_000).map((sample, i) => sample + tone(i));
    await listen(stream, beside);
    expect(asked.times - before).toBe(windowsOf(beside));
  });

  it('hears a faint voice after a minute of a noisy room as soon as at its beginning', async () => {
    const speech = await spoken('Good morning, I would like to know the way to the harbour.');
    const said = degraded(concatenated(silence(1_024), speech), 0.1, 0.005);
    const room = degraded(silence(60_000), 0, 0.005);
    const first = (heard: number[]) => heard.findIndex((probability) => probability > 0.5);
    const atOnce = first(await listen(vad.openStream(), said));
    const later = await listen(vad.openStream(), concatenated(room, said));
    expect(first(later.slice(windowsOf(room)))).toBeLessThanOrEqual(atOnce + 1);
  });

  it('hears the first word after a long silence as it would without one', async () => {
    const speech = await spoken('Good morning, I would like to know the way to the harbour.');
    const pause = new Int16Array(200 * vadWindowSamples);
    const alone = await listen(vad.openStream(), speech);
    const after = await listen(vad.openStream(), concatenated(pause, speech));
    const heard = after.slice(windowsOf(pause));
    const first = alone.findIndex((probability) => probability > 0.5);
    expect(heard.findIndex((probability) => probability > 0.5)).toBe(first);
  });
});
