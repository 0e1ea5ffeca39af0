import { whiteNoise } from '../../fakes/espeak.ts';
import { hearingRateHz } from '../../../src/frames/pcm.ts';

/** Sound as numbers around -1 to 1 at `hearingRateHz`; levels are set where it is mixed. */
type Sound = Float64Array;
type Random = () => number;

const seconds = (sample: number) => sample / hearingRateHz;
const made = (durationMs: number, at: (sample: number) => number): Sound =>
  Float64Array.from({ length: Math.round((durationMs * hearingRateHz) / 1000) }, (_, i) => at(i));

export const noises = {
  /** A burst of breath through the throat, and a shorter one. */
  cough: (random: Random) => {
    const throat = resonance(700, 0.97);
    const mouth = resonance(1_800, 0.95);
    return made(380, (i) => {
      const t = seconds(i);
      const first = Math.exp(-t * 14) * Math.min(1, t * 200);
      const second = t > 0.24 ? Math.exp(-(t - 0.24) * 22) * 0.7 : 0;
      const breath = random();
      return (throat(breath) + 0.5 * mouth(breath)) * (first + second);
    });
  },
  door: (random: Random) =>
    made(350, (i) => {
      const t = seconds(i);
      const thump = Math.sin(2 * Math.PI * 75 * t) + 0.6 * Math.sin(2 * Math.PI * 130 * t);
      return thump * Math.exp(-t * 14) + random() * Math.exp(-t * 60);
    }),
  keyboard: (random: Random) => clicks(1_800, random),
  clap: (random: Random) =>
    made(700, (i) => {
      const since = seconds(i) % 0.3;
      return random() * Math.exp(-since * 70);
    }),
  laugh: (random: Random) => {
    const vowel = resonance(900, 0.96);
    return made(700, (i) => {
      const t = seconds(i);
      const puff = Math.max(0, Math.sin(2 * Math.PI * 5 * t)) ** 2;
      const voice = ((t * (210 - 60 * t)) % 1) * 2 - 1;
      return vowel(0.5 * voice + 0.7 * random()) * puff;
    });
  },
  /** A tune through closed lips. */
  hum: () => {
    const lips = resonance(280, 0.98);
    const notes = [196, 220, 247, 220, 196];
    let phase = 0;
    return made(3_000, (i) => {
      const hz = notes[Math.floor(seconds(i) / 0.6) % notes.length] ?? 0;
      phase = (phase + hz / hearingRateHz) % 1;
      return lips(phase * 2 - 1) * Math.min(1, (seconds(i) % 0.6) * 12);
    });
  },
  music: (random: Random) => music(4_000, random),
} as const;
export type Noise = keyof typeof noises;

export function isNoise(name: string): name is Noise {
  return Object.hasOwn(noises, name);
}

/** @returns sounds that last, for behind a voice */
export function backdrop(kind: 'music' | 'keyboard' | 'hiss', durationMs: number, seed: number) {
  const random = whiteNoise(seed);
  switch (kind) {
    case 'music':
      return music(durationMs, random);
    case 'keyboard':
      return clicks(durationMs, random);
    case 'hiss':
      return made(durationMs, random);
  }
}

/** Keys struck every 90 to 210 ms. */
function clicks(durationMs: number, random: Random): Sound {
  const key = resonance(2_500, 0.9);
  let struckAt = 0;
  let nextAt = 0;
  let force = 0;
  return made(durationMs, (i) => {
    if (i >= nextAt) {
      struckAt = i;
      nextAt = i + hearingRateHz * (0.15 + 0.06 * random());
      force = 0.7 + 0.3 * random();
    }
    return key(random()) * force * Math.exp(-seconds(i - struckAt) * 160);
  });
}

/** Four chords of plucked strings with a soft beat. */
function music(durationMs: number, random: Random): Sound {
  const chords = [
    [220, 261.6, 329.6],
    [174.6, 220, 261.6],
    [261.6, 329.6, 392],
    [196, 246.9, 293.7],
  ];
  return made(durationMs, (i) => {
    const t = seconds(i);
    const inBar = t % 1;
    const chord = chords[Math.floor(t) % chords.length] ?? [];
    const strings = chord.reduce((sum, hz, string) => {
      const since = (inBar + string * 0.12) % 0.5;
      return (
        sum +
        (Math.sin(2 * Math.PI * hz * t) + 0.4 * Math.sin(4 * Math.PI * hz * t)) *
          Math.exp(-since * 3)
      );
    }, 0);
    return 0.3 * strings + 0.15 * random() * Math.exp(-(t % 0.5) * 40);
  });
}

/** A two-pole filter that rings at `hz`. @param narrow below 1; the nearer to it, the longer it rings */
function resonance(hz: number, narrow: number): (input: number) => number {
  const turn = 2 * narrow * Math.cos((2 * Math.PI * hz) / hearingRateHz);
  let last = 0;
  let beforeLast = 0;
  return (input) => {
    const output = (1 - narrow) * input + turn * last - narrow * narrow * beforeLast;
    beforeLast = last;
    last = output;
    return output;
  };
}
