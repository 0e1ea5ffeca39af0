import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resample } from '../../src/audio/resample.ts';
import { hearingRateHz } from '../../src/frames/pcm.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { conditioned } from '../../src/offline/hearing/conditioning.ts';
import { Transcriber } from '../../src/offline/hearing/transcriber.ts';
import { Espeak } from '../../src/offline/speech/espeak.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { cacheDir, root } from './support/places.ts';

/** Some are understood, some are not: it is those that show what else the words depend on. */
const said = [
  'Where is the harbour?',
  'Can you tell me the way to the station?',
  'Where are you from?',
];

describe('the embedded recogniser', () => {
  let transcriber: Transcriber;
  const sounds: Int16Array[] = [];

  beforeAll(async () => {
    transcriber = await Transcriber.start({ clock: systemClock, log: silentLog, cacheDir, root });
    const espeak = await Espeak.open();
    for (const text of said) {
      const voice = { name: 'en-us', wordsPerMinute: 165, pitch: 50 };
      const { samples, sampleRateHz: fromHz } = await espeak.speak(text, voice);
      const sound = conditioned({
        samples: resample(samples, { fromHz, toHz: hearingRateHz }),
        sampleRateHz: hearingRateHz,
      });
      if (sound) sounds.push(sound);
    }
  });
  afterAll(() => transcriber.close());

  it('hears the same words in the same sound, whatever it heard before', async () => {
    expect(sounds).toHaveLength(said.length);
    const fresh: string[] = [];
    for (const sound of sounds) fresh.push(await transcriber.hear('whole', sound));
    const later: string[] = [];
    for (const sound of sounds.toReversed()) {
      later.unshift(await transcriber.hear('whole', sound));
      await transcriber.hear('begin', sound.subarray(0, hearingRateHz));
      transcriber.drop();
    }
    expect(later).toEqual(fresh);
    expect(fresh.at(-1)).toBe('where are you from');
  });
});
