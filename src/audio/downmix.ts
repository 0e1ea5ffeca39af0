/**
 * Interleaved channels to mono by their mean, which cannot clip.
 * @param samples whole frames of `channels` samples; an incomplete last frame is left out
 * @returns the samples themselves when they are mono already
 */
export function downmix(samples: Int16Array, channels: number): Int16Array {
  if (channels === 1) return samples;
  const mono = new Int16Array(Math.floor(samples.length / channels));
  for (let frame = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += samples[frame * channels + channel] ?? 0;
    }
    mono[frame] = Math.round(sum / channels);
  }
  return mono;
}

/** Downmixes a stream whose pieces may end between the channels of one moment. */
export class Downmixer {
  #incomplete: Int16Array = new Int16Array(0);

  constructor(readonly channels: number) {}

  push(samples: Int16Array): Int16Array {
    if (this.channels === 1) return samples;
    const whole = new Int16Array(this.#incomplete.length + samples.length);
    whole.set(this.#incomplete);
    whole.set(samples, this.#incomplete.length);
    this.#incomplete = whole.slice(whole.length - (whole.length % this.channels));
    return downmix(whole, this.channels);
  }
}
