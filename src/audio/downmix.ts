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
