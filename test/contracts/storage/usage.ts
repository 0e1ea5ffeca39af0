import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MinutesUsedUp, TooManySessions, type LimitChange } from '../../../src/keys/limits.ts';
import { KeyUsage } from '../../../src/keys/usage.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { aSession, type Storage } from './storage.ts';

const minute = 60_000;

/** A key with limits, in a workspace of its own, and a time of its own. */
async function scene(storage: Storage, limits: LimitChange) {
  const clock = new FakeClock();
  const usage = new KeyUsage(storage.database.db, clock);
  const conversation = await storage.conversation();
  const key = await storage.keys.create({ name: 'game', workspace: `w ${randomUUID()}`, limits });
  const { sessions } = storage;
  return {
    clock,
    usage,
    key,
    connect: async (): Promise<string> => {
      const session = aSession(conversation);
      await usage.opening(key.id, session.id, () => sessions.open(session));
      return session.id;
    },
    join: (id: string) => sessions.markJoined(id, clock.nowAt()),
    leave: (id: string) => sessions.end(id, 'client_left', clock.nowAt()),
  };
}

export function usageContract(storage: () => Storage): void {
  describe('the usage of keys', () => {
    it('has no limit unless one is set', async () => {
      const { connect, key } = await scene(storage(), {});
      for (let n = 0; n < 5; n++) await connect();
      expect(key.limits).toEqual({ maxSessions: null, maxMinutesPerDay: null });
    });

    it('lets as many sessions begin as may run at once, and more when one ended', async () => {
      const { connect, leave } = await scene(storage(), { maxSessions: 2 });
      const first = await connect();
      await connect();
      await expect(connect()).rejects.toThrow(TooManySessions);
      await leave(first);
      await connect();
    });

    it('lets no two clients through the last free place at once', async () => {
      const { connect } = await scene(storage(), { maxSessions: 1 });
      const outcomes = await Promise.allSettled([connect(), connect(), connect()]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('holds no place for a session that could not be opened', async () => {
      const { connect, usage, key } = await scene(storage(), { maxSessions: 1 });
      const failing = () => Promise.reject(new Error('no room'));
      await expect(usage.opening(key.id, randomUUID(), failing)).rejects.toThrow('no room');
      await connect();
    });

    it('counts the minutes with a client in the room, settled or not', async () => {
      const { clock, connect, join, leave, usage, key } = await scene(storage(), {});
      const [first, second] = [await connect(), await connect()];
      await clock.advance(5 * minute);
      await join(first);
      await join(second);
      await clock.advance(10 * minute);
      await leave(first);
      await clock.advance(minute);
      expect(await usage.usedToday(key.id)).toBe(21 * minute);
      await usage.settle();
      await usage.settle();
      expect(await usage.usedToday(key.id)).toBe(21 * minute);
      await leave(second);
      await usage.settle();
      expect(await usage.usedToday(key.id)).toBe(21 * minute);
    });

    it('refuses when the minutes are used up, and names the sessions that must end', async () => {
      const { clock, connect, join, usage } = await scene(storage(), { maxMinutesPerDay: 10 });
      const running = await connect();
      const waiting = await connect();
      await join(running);
      await clock.advance(10 * minute - 1);
      expect(await usage.overdrawn()).not.toContain(running);
      await clock.advance(1);
      const over = await usage.overdrawn();
      expect(over).toContain(running);
      expect(over).not.toContain(waiting);
      await expect(connect()).rejects.toThrow(MinutesUsedUp);
    });

    it('begins anew with the day, also for a session that runs over midnight', async () => {
      const { clock, connect, join, leave, usage, key } = await scene(storage(), {
        maxMinutesPerDay: 10,
      });
      await clock.advance(24 * 60 * minute - 10 * minute);
      const session = await connect();
      await join(session);
      await clock.advance(10 * minute + 2 * minute);
      expect(await usage.usedToday(key.id)).toBe(2 * minute);
      await leave(session);
      await usage.settle();
      expect(await usage.usedToday(key.id)).toBe(2 * minute);
      await connect();
    });

    it('outlives the process that counted', async () => {
      const { clock, connect, join, leave, usage, key } = await scene(storage(), {});
      const session = await connect();
      await join(session);
      await clock.advance(3 * minute);
      await leave(session);
      await usage.settle();
      const restarted = new KeyUsage(storage().database.db, clock);
      expect(await restarted.usedToday(key.id)).toBe(3 * minute);
    });

    it('does not concern the playground on this machine', async () => {
      const { usage } = await scene(storage(), {});
      expect(await usage.opening('playground', randomUUID(), () => Promise.resolve('in'))).toBe(
        'in',
      );
    });

    it('holds to limits that are changed, and lifted', async () => {
      const { connect, key } = await scene(storage(), {});
      const { keys } = storage();
      expect(await keys.limit(key.id, { maxSessions: 0 })).toBe(true);
      await expect(connect()).rejects.toThrow(TooManySessions);
      expect(await keys.limit(key.id, { maxSessions: null })).toBe(true);
      await connect();
      expect(await keys.limit(randomUUID(), { maxSessions: 1 })).toBe(false);
      expect(await keys.limit('no-id', { maxSessions: 1 })).toBe(false);
    });
  });
}
