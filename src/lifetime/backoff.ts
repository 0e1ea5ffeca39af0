export type Backoff = {
  /** The longest first wait; each further one is up to twice as long. */
  firstMs: number;
  lastMs: number;
};

/**
 * How long to wait before try number `tries` (from 0). The second half of the wait is random, so that many who lost
 * the same server do not come back in step.
 * @param random 0 to 1, handed in like time is
 */
export function backoffMs({ firstMs, lastMs }: Backoff, tries: number, random: number): number {
  const longestMs = Math.min(lastMs, firstMs * 2 ** Math.min(tries, 30));
  return longestMs * (0.5 + random / 2);
}
