import { describe, expect, it } from 'vitest';
import {
  ConversationGone,
  RequestKeyReused,
  WrittenTurns,
} from '../../../src/chats/written-turns.ts';
import { aTurn, type Storage } from './storage.ts';

export function writtenTurnsContract(storage: () => Storage): void {
  describe('written turns', () => {
    const written = () => new WrittenTurns(storage().database.db);

    it('stand behind those of voice sessions, each at a place that is never given again', async () => {
      const session = await storage().session();
      const spoken = aTurn();
      await storage().turns.append(session.id, spoken);
      const typed = aTurn({ origin: 'text', userText: '你好 🌍' });
      const first = await written().keep(session, typed);
      const again = aTurn({ origin: 'text' });
      const second = await written().keep(session, again, { replaces: typed.id });
      expect(second).toBeGreaterThan(first);
      expect(await storage().turns.history(session, 10)).toEqual([spoken, again]);
    });

    it('replace none of another conversation', async () => {
      const [mine, theirs] = [await storage().conversation(), await storage().conversation()];
      const turn = aTurn();
      await written().keep(theirs, turn);
      await written().keep(mine, aTurn(), { replaces: turn.id });
      expect(await storage().turns.history(theirs, 10)).toEqual([turn]);
    });

    it('are found again by the key of the request that they answered, for a while', async () => {
      const of = await storage().conversation();
      const other = await storage().conversation();
      const [key, later] = [{ key: 'k', digest: 'hello' }, new Date('2026-01-02T04:00:00Z')];
      const turn = aTurn({ startedAt: '2026-01-02T03:00:00.000Z' });
      const position = await written().keep(of, turn, { request: key });
      const since = new Date('2026-01-02T02:00:00Z');
      const { assistantText } = turn;
      expect(await written().answered(of, key, since)).toMatchObject({ position, assistantText });
      expect(await written().answered(other, key, since)).toBeUndefined();
      const foreign = { ...of, workspaceId: other.workspaceId };
      expect(await written().answered(foreign, key, since)).toBeUndefined();
      const another = written().answered(of, { key: 'k', digest: 'bye' }, since);
      await expect(another).rejects.toThrow(RequestKeyReused);
      expect(await written().answered(of, key, later)).toBeUndefined();
      await written().keep(of, aTurn({ startedAt: '2026-01-02T05:00:00.000Z' }), { request: key });
      expect((await written().answered(of, key, later))?.position).toBeGreaterThan(position);
      await written().forget(new Date('2026-01-03T00:00:00Z'));
      expect(await written().answered(of, key, since)).toBeUndefined();
    });

    it('are refused where there is no such conversation in the workspace', async () => {
      const { conversationId } = await storage().conversation();
      const { workspaceId } = await storage().workspace();
      const foreign = written().keep({ workspaceId, conversationId }, aTurn());
      await expect(foreign).rejects.toThrow(ConversationGone);
    });
  });
}
