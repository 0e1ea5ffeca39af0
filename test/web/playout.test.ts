import { describe, expect, it } from 'vitest';
import { Playout } from '../../web/src/playout.ts';

describe('Playout', () => {
  it('begins after a cushion and leaves no gap between chunks', () => {
    const playout = new Playout();
    const first = playout.place(0.1, 5);
    expect(first).toBeCloseTo(5 + Playout.cushionS);
    expect(playout.place(0.1, 5.12)).toBeCloseTo(5 + Playout.cushionS + 0.1);
  });

  it('begins anew when a chunk came too late', () => {
    const playout = new Playout();
    playout.place(0.1, 0);
    expect(playout.place(0.1, 3)).toBeCloseTo(3 + Playout.cushionS);
  });

  it('begins anew after it was cleared', () => {
    const playout = new Playout();
    playout.place(5, 0);
    playout.clear();
    expect(playout.place(0.1, 1)).toBeCloseTo(1 + Playout.cushionS);
  });

  it('refuses to pile up more than a bound', () => {
    const playout = new Playout();
    const placed = Array.from({ length: 500 }, () => playout.place(0.1, 0));
    expect(placed.filter((at) => at !== undefined).length).toBeLessThan(202);
    expect(placed.at(-1)).toBeUndefined();
  });
});
