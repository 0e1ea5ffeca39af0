import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  AlreadyAnswered,
  ConversationGone,
  RequestKeyReused,
  WrittenTurns,
} from '../../../src/chats/written-turns.ts';
import type { Db } from '../../../src/db/db.ts';
import { afterwork } from '../../../src/db/schema.ts';
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

    it('are stored with what goes with them, or not at all', async () => {
      const of = await storage().conversation();
      const { conversationId, workspaceId, characterId } = of;
      const { database, afterwork: work, turns, history } = storage();
      const due = (kind: 'facts' | 'summary') => (tx: Db) => work.due(conversationId, kind, 0, tx);
      const kinds = async () =>
        (
          await database.db
            .select({ kind: afterwork.kind })
            .from(afterwork)
            .where(eq(afterwork.conversationId, conversationId))
        ).map(({ kind }) => kind);
      const kept = aTurn();
      await written().keep(of, kept, { before: due('facts') });
      const failing = written().keep(of, aTurn(), {
        before: due('summary'),
        after: () => Promise.reject(new Error('it ended')),
      });
      await expect(failing).rejects.toThrow('it ended');
      expect(await turns.history(of, 10)).toEqual([kept]);
      expect(await kinds()).toEqual(['facts']);
      await history.delete({ workspaceId, characterId }, [conversationId]);
      expect(await kinds()).toEqual([]);
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
      const since = new Date('2026-01-02T02:00:00Z');
      const key = { key: 'k', digest: 'hello', since };
      const later = { ...key, since: new Date('2026-01-02T04:00:00Z') };
      const turn = aTurn({ startedAt: '2026-01-02T03:00:00.000Z' });
      const position = await written().keep(of, turn, { request: key });
      const { assistantText } = turn;
      expect(await written().answered(of, key)).toEqual({ position, assistantText });
      expect(await written().answered(other, key)).toBeUndefined();
      const foreign = { ...of, workspaceId: other.workspaceId };
      expect(await written().answered(foreign, key)).toBeUndefined();
      const another = written().answered(of, { ...key, digest: 'bye' });
      await expect(another).rejects.toThrow(RequestKeyReused);
      expect(await written().answered(of, later)).toBeUndefined();
      const anew = aTurn({ startedAt: '2026-01-02T05:00:00.000Z' });
      await written().keep(of, anew, { request: later });
      expect((await written().answered(of, later))?.position).toBeGreaterThan(position);
      await written().forget(new Date('2026-01-03T00:00:00Z'));
      expect(await written().answered(of, key)).toBeUndefined();
    });

    it('are kept once for one key, whichever process was first', async () => {
      const of = await storage().conversation();
      const request = { key: 'k', digest: 'hello', since: new Date('2026-01-02T02:00:00Z') };
      const first = aTurn();
      const position = await written().keep(of, first, { request });
      const second = written().keep(of, aTurn(), { request });
      const answer = { position, assistantText: first.assistantText };
      await expect(second).rejects.toThrow(AlreadyAnswered);
      await expect(second).rejects.toMatchObject({ answer });
      const other = written().keep(of, aTurn(), { request: { ...request, digest: 'bye' } });
      await expect(other).rejects.toThrow(RequestKeyReused);
      expect(await storage().turns.history(of, 10)).toEqual([first]);
    });

    it('of a conversation that was deleted do not come back in one that was begun anew under its id', async () => {
      const { conversationId, workspaceId, characterId } = await storage().conversation();
      const open = () =>
        storage().conversations.open({
          ...{ workspaceId, characterId, endUserId: null },
          characterSessionId: conversationId,
        });
      const { createdAt: began } = await open();
      await storage().history.delete({ workspaceId, characterId }, [conversationId]);
      const { createdAt } = await open();
      const of = { workspaceId, conversationId };
      await expect(written().keep({ ...of, began }, aTurn())).rejects.toThrow(ConversationGone);
      const turn = aTurn();
      await written().keep({ ...of, began: createdAt }, turn);
      expect(await storage().turns.history(of, 10)).toEqual([turn]);
    });

    it('are refused where there is no such conversation in the workspace', async () => {
      const { conversationId } = await storage().conversation();
      const { workspaceId } = await storage().workspace();
      const foreign = written().keep({ workspaceId, conversationId }, aTurn());
      await expect(foreign).rejects.toThrow(ConversationGone);
    });
  });
}
