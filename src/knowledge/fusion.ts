/** @property score compares within one list only */
export type Ranked = { id: string; score: number };

/** The usual constant of reciprocal rank fusion (Cormack and others, 2009). */
const damping = 60;

/**
 * Joins ranked lists: what stands high in any of them comes high, what stands in several higher. Within a place the list's
 * own score still counts, so that a first place by far is worth more than a first place among equals.
 */
export function fuse(lists: readonly (readonly Ranked[])[]): Ranked[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    const best = list[0]?.score ?? 0;
    for (const [place, { id, score }] of list.entries()) {
      const share = best > 0 ? 0.5 + score / best / 2 : 1;
      scores.set(id, (scores.get(id) ?? 0) + share / (damping + place + 1));
    }
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
}
