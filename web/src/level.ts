/** Root mean square: 0 for silence, 1 for the loudest there is. */
export function rms(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** Below this a meter stands still. */
const floorDb = -60;

export function decibels(level: number): number {
  return level <= 0 ? floorDb : Math.max(floorDb, 20 * Math.log10(level));
}

/** Where a meter's needle stands, from 0 to 1: loudness is heard by its logarithm. */
export function needle(level: number): number {
  return Math.min(1, 1 - decibels(level) / floorDb);
}
