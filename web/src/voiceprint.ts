/** A figure of one's own for every name: a closed curve around a circle, like a voice on an oscilloscope. */
export type Voiceprint = {
  /** Degrees on the colour circle. */
  hue: number;
  /** SVG path data in a box from -50 to 50, outermost first. */
  rings: string[];
  initial: string;
};

export function voiceprintOf(name: string): Voiceprint {
  const random = randomFrom(name);
  const hue = Math.floor(random() * 360);
  const harmonics = [2, 4, 9].map((base) => ({
    waves: base + Math.floor(random() * 5),
    phase: random() * 2 * Math.PI,
    depth: 0.15 + random() * 0.85,
  }));
  const rings = [42, 35, 28].map((radius, ring) => path(radius, 7 - ring, harmonics, ring * 0.7));
  return { hue, rings, initial: firstLetter(name) };
}

/** As people count letters: an accent or a flag is one with what it stands on. */
function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toUpperCase() ?? '?';
}

type Harmonic = { waves: number; phase: number; depth: number };
const points = 180;

function path(radius: number, depth: number, harmonics: Harmonic[], turned: number): string {
  const total = harmonics.reduce((sum, harmonic) => sum + harmonic.depth, 0);
  const steps = Array.from({ length: points }, (_, i) => {
    const angle = (i / points) * 2 * Math.PI;
    const sway = harmonics.reduce(
      (sum, { waves, phase, depth: d }) => sum + d * Math.sin(waves * angle + phase + turned),
      0,
    );
    const r = radius + (depth * sway) / total;
    return `${(r * Math.cos(angle)).toFixed(1)} ${(r * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${steps.join('L')}Z`;
}

/** The same numbers for the same name, everywhere (FNV-1a, then mulberry32). */
function randomFrom(name: string): () => number {
  let state = 2_166_136_261;
  for (const byte of new TextEncoder().encode(name)) {
    state = Math.imul(state ^ byte, 16_777_619);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
