import type { Life } from './rig.ts';

/** People who speak blink every two to six seconds, and an eye is shut and open again in a sixth of one. */
const blinkEveryMs = { least: 2_200, most: 5_600 };
const closingMs = 60;
const shutMs = 30;
const openingMs = 90;
const blinkMs = closingMs + shutMs + openingMs;

/** Slow waves that never meet the same way; amounts are shares of a full turn of the head, a degree or two. */
const sways = {
  yaw: [
    [3_700, 0.02],
    [1_900, 0.008],
  ],
  pitch: [
    [2_900, 0.014],
    [1_300, 0.006],
  ],
  roll: [
    [4_700, 0.01],
    [2_300, 0.004],
  ],
} as const;
/** Movement begins and ends at rest. */
const settleMs = 250;
const browsMost = 0.3;

/**
 * What keeps a speaking face from looking like a mask: blinks, a little motion of the head, brows that rise with the
 * voice. The same for the same `seed`.
 */
export class SignsOfLife {
  #random: number;
  #blinkAtMs: number;
  #energy = 0;
  #lastMs = 0;

  constructor(seed: number) {
    this.#random = Math.imul(seed + 1, 2_654_435_761) >>> 0 || 1;
    this.#blinkAtMs = this.#draw() * blinkEveryMs.least;
  }

  /**
   * @param atMs never less than before
   * @param endMs where the answer ends, once that is known: eyes are open and the head is straight then
   */
  at(atMs: number, loudness: number, endMs = Infinity): Life {
    while (atMs > this.#blinkAtMs + blinkMs) {
      const { least, most } = blinkEveryMs;
      this.#blinkAtMs += least + this.#draw() * (most - least);
    }
    const blinks = this.#blinkAtMs + blinkMs <= endMs;
    // Brows follow the stress of a phrase, not every syllable.
    this.#energy += (loudness - this.#energy) * (1 - Math.exp((this.#lastMs - atMs) / 350));
    this.#lastMs = atMs;
    const ease = Math.max(0, Math.min(1, atMs / settleMs, (endMs - atMs) / settleMs));
    const sway = (waves: readonly (readonly [number, number])[]) =>
      ease *
      waves.reduce(
        (sum, [everyMs, size]) => sum + size * Math.sin((2 * Math.PI * atMs) / everyMs),
        0,
      );
    return {
      blink: blinks ? shut(atMs - this.#blinkAtMs) : 0,
      brows: ease * browsMost * Math.max(0, this.#energy - 0.45),
      yaw: sway(sways.yaw),
      pitch: sway(sways.pitch),
      roll: sway(sways.roll),
    };
  }

  /** 0 to 1; Numerical Recipes' linear congruential generator. */
  #draw(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 2 ** 32;
  }
}

/** How far the lids are down, so long after a blink began. */
function shut(sinceMs: number): number {
  if (sinceMs < 0 || sinceMs > blinkMs) return 0;
  const share = Math.min(1, sinceMs / closingMs, (blinkMs - sinceMs) / openingMs);
  return share * share * (3 - 2 * share);
}
