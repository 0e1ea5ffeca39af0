import { beforeEach, describe, expect, it } from 'vitest';
import { mostAttempts, type Task } from '../../../src/memory/afterwork.ts';
import type { Storage } from './storage.ts';

const hourMs = 60 * 60_000;

export function afterworkContract(storage: () => Storage): void {
  describe('what is left to be done', () => {
    let conversationId = '';
    const afterwork = () => storage().afterwork;
    const due = (afterMs = 0) => afterwork().due(conversationId, 'facts', afterMs);
    /** Other tests leave nothing to be done. */
    const take = async (): Promise<Task> => {
      const task = await afterwork().take();
      if (!task) throw new Error('there is nothing to do');
      return task;
    };
    beforeEach(async () => {
      ({ conversationId } = await storage().conversation());
    });

    it('is due when it was said to be, once, and for one', async () => {
      const { clock } = storage();
      await due(1_000);
      await due(1_000);
      expect(await afterwork().take()).toBeUndefined();
      await clock.advance(1_000);
      const task = await take();
      expect(task).toMatchObject({ conversationId, kind: 'facts', throughPosition: 0, attempt: 1 });
      expect(await afterwork().take()).toBeUndefined();
      expect(await afterwork().done(task, { throughPosition: 7, againAt: null })).toBe(true);
      expect(await afterwork().take()).toBeUndefined();
      expect(await afterwork().through(conversationId, 'facts')).toBe(7);
    });

    it('is taken by another when who had it is gone, and what both did counts once', async () => {
      const { clock } = storage();
      await due();
      const first = await take();
      await clock.advance(hourMs);
      const second = await take();
      expect(second).toMatchObject({ conversationId, attempt: 2 });
      const stored: string[] = [];
      const done = (task: Task, name: string) =>
        afterwork().done(task, { throughPosition: 3, againAt: null }, () => {
          stored.push(name);
          return Promise.resolve();
        });
      expect(await done(second, 'second')).toBe(true);
      expect(await done(first, 'first')).toBe(false);
      expect(stored).toEqual(['second']);
    });

    it('stays undone when its result cannot be stored', async () => {
      await due();
      const task = await take();
      const failing = afterwork().done(task, { throughPosition: 3, againAt: null }, () =>
        Promise.reject(new Error('full')),
      );
      await expect(failing).rejects.toThrow('full');
      expect(await afterwork().through(conversationId, 'facts')).toBe(0);
      await afterwork().giveBack(task);
      const again = await take();
      expect(again.attempt).toBe(1);
      await afterwork().done(again, { throughPosition: 3, againAt: null });
    });

    it('is due again when that was said while it was done, or when there is more', async () => {
      const { clock } = storage();
      await due();
      const task = await take();
      await clock.advance(10);
      await due();
      await afterwork().done(task, { throughPosition: 3, againAt: null });
      const next = await take();
      expect(next.throughPosition).toBe(3);
      await afterwork().done(next, { throughPosition: 5, againAt: storage().clock.nowAt() });
      const last = await take();
      await afterwork().done(last, { throughPosition: 5, againAt: null });
      expect(await afterwork().take()).toBeUndefined();
    });

    it('is tried again later each time, and at last no more', async () => {
      const { clock } = storage();
      await due();
      for (let attempt = 1; attempt <= mostAttempts; attempt++) {
        if (attempt > 1) {
          const waitMs = Math.min(10_000 * 2 ** (attempt - 2), hourMs);
          await clock.advance(waitMs - 1);
          expect(await afterwork().take()).toBeUndefined();
          await clock.advance(1);
        }
        const task = await take();
        expect(task.attempt).toBe(attempt);
        expect(await afterwork().failed(task)).toBe(attempt < mostAttempts);
      }
      await clock.advance(24 * hourMs);
      expect(await afterwork().take()).toBeUndefined();
    });

    it('is due at once when the server starts anew', async () => {
      await due();
      await take();
      await afterwork().takeUp();
      const task = await take();
      expect(task).toMatchObject({ conversationId, attempt: 2 });
      await afterwork().done(task, { throughPosition: 1, againAt: null });
    });

    it('is gone with its conversation', async () => {
      const { workspaceId, characterId, conversationId: id } = await storage().conversation();
      await afterwork().due(id, 'facts', 0);
      const task = await take();
      await storage().history.delete({ workspaceId, characterId }, [id]);
      expect(await afterwork().done(task, { throughPosition: 1, againAt: null })).toBe(false);
    });
  });
}
