/**
 * What a quiet room sounds like to a microphone. Digital silence would be too easy: codecs send nothing then, and
 * detectors may look away.
 */
const amplitude = 40;
const lengthSamples = 24_000;

/** Faint white noise at about -63 dBFS, the same each time: a linear congruential generator (Numerical Recipes). */
export class RoomNoise {
  readonly #samples = noise();
  #at = 0;

  /** Adds the room to a frame, in place. */
  addTo(frame: Int16Array): void {
    for (let i = 0; i < frame.length; i++) {
      frame[i] = Math.max(
        -32_768,
        Math.min(32_767, (frame[i] ?? 0) + (this.#samples[this.#at] ?? 0)),
      );
      this.#at = (this.#at + 1) % lengthSamples;
    }
  }
}

function noise(): Int16Array {
  let state = 1;
  return Int16Array.from({ length: lengthSamples }, () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.round(((state / 2 ** 32) * 2 - 1) * amplitude);
  });
}
