import { describe, expect, it } from 'vitest';
import { untouchedContext, type ClientContext } from '../../src/protocol/client-context.ts';
import { ContextKeeper } from '../../src/session/context-keeper.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

function scene(storing: () => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const stored: number[] = [];
  const failed: unknown[] = [];
  const keeper = new ContextKeeper({
    clock,
    store: async ({ revision }) => {
      await storing();
      stored.push(revision);
    },
    onFailed: (cause) => failed.push(cause),
  });
  return { clock, stored, failed, keeper };
}
const changed = (revision: number, text = ''): ClientContext => ({
  ...untouchedContext,
  revision,
  updates: [text],
});

describe('what a client changed', () => {
  it('is stored at once', async () => {
    const { stored, keeper } = scene();
    keeper.keep(changed(1));
    await settle();
    expect(stored).toEqual([1]);
    await keeper.close();
  });

  it('is stored as it is in the end, not at every step', async () => {
    const { clock, stored, keeper } = scene();
    for (let revision = 1; revision <= 100; revision++) keeper.keep(changed(revision));
    await settle();
    expect(stored.length).toBe(1);
    keeper.keep(changed(101));
    await clock.advance(1_000);
    expect(stored.at(-1)).toBe(101);
    expect(stored.length).toBeLessThanOrEqual(2);
    expect(clock.pending).toBe(0);
  });

  it('is stored the more rarely the larger it is', async () => {
    const { clock, stored, keeper } = scene();
    keeper.keep(changed(1, 'x'.repeat(400_000)));
    await settle();
    keeper.keep(changed(2));
    await clock.advance(300);
    expect(stored).toEqual([1]);
    await clock.advance(300);
    expect(stored).toEqual([1, 2]);
  });

  it('is stored before the session is closed', async () => {
    const { stored, keeper } = scene();
    keeper.keep(changed(1, 'x'.repeat(400_000)));
    await settle();
    keeper.keep(changed(2));
    await keeper.close();
    expect(stored).toEqual([1, 2]);
  });

  it('is stored the next time when once it could not be', async () => {
    let failures = 1;
    const { clock, stored, failed, keeper } = scene(() =>
      failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(),
    );
    keeper.keep(changed(1));
    await clock.advance(100);
    expect(failed).toHaveLength(1);
    keeper.keep(changed(2));
    await clock.advance(100);
    expect(stored).toEqual([2]);
  });
});
