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

  it('goes on asking about a room that can be heard', async () => {
    const { asked, stream } = counting();
    const room = degraded(silence(10_000), 0, 0.001);
    await listen(stream, room);
    expect(asked.times).toBe(windowsOf(room));
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
