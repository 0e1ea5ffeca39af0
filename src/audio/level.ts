/** What digital silence is given as: the floor of 16-bit sound, so that levels stay finite numbers. */
export const silenceDbfs = -96;

/** Loudness against full scale in decibels, `silenceDbfs` to 0: the root mean square, where a square wave of full scale is 0. */
export function rmsDbfs(samples: Int16Array): number {
  if (samples.length === 0) return silenceDbfs;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / samples.length) / 32_768;
  return rms === 0 ? silenceDbfs : Math.max(silenceDbfs, 20 * Math.log10(rms));
}

/**
 * As `rmsDbfs`, of the steps from each sample to the next: low tones hardly count, so a voice is found beside a hum.
 */
export function stepsDbfs(samples: Int16Array): number {
  let sum = 0;
  let last = samples[0] ?? 0;
  for (const sample of samples) {
    const step = sample - last;
    sum += step * step;
    last = sample;
  }
  if (sum === 0) return silenceDbfs;
  return Math.max(silenceDbfs, 20 * Math.log10(Math.sqrt(sum / samples.length) / 32_768));
}

/** The largest deviation from zero, 0 to 1. */
export function peak(samples: Int16Array): number {
  let largest = 0;
  for (const sample of samples) largest = Math.max(largest, Math.abs(sample));
  return largest / 32_768;
}
