import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { WrittenTurns } from '../../../src/chats/written-turns.ts';
import { leaseMs, mostWaiting, type Claimed } from '../../../src/images/image-work.ts';
import { onePixel } from '../../fakes/scripted-provider.ts';
import { aTurn, type Storage } from './storage.ts';

export function imageWorkContract(storage: () => Storage): void {
  describe('pictures that are wished for', () => {
    let of: { workspaceId: string; characterId: string; conversationId: string };
    beforeEach(async () => {
      // Those of other tests are nobody's to claim.
      await storage().clock.advance(100 * leaseMs);
      for (let left = await work().claim(); left; left = await work().claim())
        await work().fail(left, 'left over');
      of = await storage().conversation();
    });

    const work = () => storage().imageWork;
    const wish = async (prompt = 'a horse') => {
      const turn = aTurn({ id: randomUUID(), origin: 'text' });
      await new WrittenTurns(storage().database.db).keep(of, turn);
      await work().add({ workspaceId: of.workspaceId, turnId: turn.id, prompt });
      return turn.id;
    };
    const find = (turnId: string, workspaceId = of.workspaceId) => work().find(workspaceId, turnId);
    const claim = async (): Promise<Claimed> => {
      const claimed = await work().claim();
      if (!claimed) throw new Error('there is nothing to draw');
      return claimed;
    };
    const pixel = { kind: 'bytes', bytes: onePixel, type: 'image/png' } as const;

    it('are drawn once, the oldest first, and kept with their bytes', async () => {
      const [first, second] = [await wish('one'), await wish('two')];
      await work().add({ workspaceId: of.workspaceId, turnId: first, prompt: 'again' });
      const claimed = await claim();
      expect(claimed).toMatchObject({ prompt: 'one', attempts: 1 });
      expect(await find(first)).toMatchObject({ state: 'working', imageId: null });
      expect(await work().finish(claimed, pixel)).toBe(true);
      expect((await claim()).prompt).toBe('two');
      expect(await work().claim()).toBeUndefined();
      const { imageId } = (await find(first)) ?? {};
      expect(imageId).toMatch(/^[\w-]{43}$/);
      const image = await work().read(imageId ?? '');
      expect(image?.type).toBe('image/png');
      expect(Buffer.from(image?.content ?? []).equals(onePixel)).toBe(true);
      expect(await find(second)).toMatchObject({ state: 'working' });
      expect(await work().read('unknown')).toBeUndefined();
    });

    it('may be kept where they were drawn', async () => {
      const turnId = await wish();
      const url = 'https://images.example/1.png';
      await work().finish(await claim(), { kind: 'url', url });
      expect(await find(turnId)).toMatchObject({ state: 'done', url, imageId: null });
    });

    it('are taken over from who died with them, and what the dead one says counts no more', async () => {
      const turnId = await wish();
      const first = await claim();
      await storage().clock.advance(leaseMs - 1);
      expect(await work().renew(first)).toBe(true);
      await storage().clock.advance(leaseMs - 1);
      expect(await work().claim()).toBeUndefined();
      await storage().clock.advance(2);
      const second = await claim();
      expect(second).toMatchObject({ id: first.id, attempts: 2 });
      expect(await work().renew(first)).toBe(false);
      expect(await work().finish(first, pixel)).toBe(false);
      expect(await find(turnId)).toMatchObject({ state: 'working', imageId: null });
      expect(await work().finish(second, pixel)).toBe(true);
    });

    it('go on at once after the start of the only server, and after a polite end', async () => {
      await wish();
      const first = await claim();
      await work().releaseAll();
      const second = await claim();
      expect(second.attempts).toBe(2);
      await work().giveBack(second);
      expect(await claim()).toEqual({ ...first, attempts: 2 });
    });

    it('are tried again later, and fail with a reason', async () => {
      const turnId = await wish();
      await work().retry(await claim(), 4_000);
      expect(await find(turnId)).toMatchObject({ state: 'waiting', fault: null });
      expect(await work().claim()).toBeUndefined();
      await storage().clock.advance(4_001);
      await work().fail(await claim(), 'It was refused.');
      expect(await find(turnId)).toMatchObject({ state: 'failed', fault: 'It was refused.' });
    });

    it('are nobody’s in another workspace, and go with their turn', async () => {
      const turnId = await wish();
      const other = await storage().workspace();
      expect(await find(turnId, other.workspaceId)).toBeUndefined();
      await storage().history.delete(of, [of.conversationId]);
      expect(await find(turnId)).toBeUndefined();
      expect(await work().claim()).toBeUndefined();
    });

    it('are refused in words when too many wait', async () => {
      for (let n = 0; n < mostWaiting; n++) await wish();
      expect(await find(await wish())).toMatchObject({
        ...{ state: 'failed', fault: expect.stringContaining('Ask for one later') as unknown },
      });
    });
  });
}
