import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { UnknownSession } from '../../../src/chats/voice-sessions.ts';
import { conversations } from '../../../src/db/schema.ts';
import { aSession, aTurn, type Storage } from './storage.ts';

export function turnsContract(storage: () => Storage): void {
  describe('turns', () => {
    it('come back as they were appended, in their order', async () => {
      const session = await storage().session();
      const said = [
        aTurn({ origin: 'greeting', userText: null }),
        aTurn({ userText: '你好，世界 🌍', status: 'interrupted', stages: {} }),
        aTurn({ assistantText: '', status: 'aborted' }),
      ];
      for (const turn of said) await storage().turns.append(session.id, turn);
      expect(await storage().turns.history(session, 10)).toEqual(said);
    });

    it('are the last ones when there are more than asked for', async () => {
      const session = await storage().session();
      const said = ['a', 'b', 'c'].map((userText) => aTurn({ userText }));
      for (const turn of said) await storage().turns.append(session.id, turn);
      expect(await storage().turns.history(session, 2)).toEqual(said.slice(1));
    });

    it('are stored once, however often they are appended', async () => {
      const session = await storage().session();
      const turn = aTurn();
      await Promise.all([1, 2, 3].map(() => storage().turns.append(session.id, turn)));
      expect(await storage().turns.history(session, 10)).toEqual([turn]);
    });

    it('keep their place when they are finished after later ones began', async () => {
      const session = await storage().session();
      const first = aTurn({ status: 'open', assistantText: '' });
      const second = aTurn();
      await storage().turns.append(session.id, first);
      await storage().turns.append(session.id, second);
      const finished = { ...first, status: 'completed' as const, assistantText: 'Done.' };
      await storage().turns.append(session.id, finished);
      expect(await storage().turns.history(session, 10)).toEqual([finished, second]);
    });

    it('stay finished when their beginning arrives late', async () => {
      const session = await storage().session();
      const finished = aTurn();
      await storage().turns.append(session.id, finished);
      await storage().turns.append(session.id, { ...finished, status: 'open', assistantText: '' });
      expect(await storage().turns.history(session, 10)).toEqual([finished]);
    });

    it('come to their end once, however often they are appended, and with whatever they learn since', async () => {
      const session = await storage().session();
      const open = aTurn({ status: 'open', assistantText: '' });
      const finished = { ...open, status: 'interrupted' as const, assistantText: 'Two hundred' };
      const call = { name: 'get_time', json: '{}', isRepeatable: true, ok: true, result: 'noon' };
      const late = { ...finished, toolCalls: [call] };
      const ends: boolean[] = [];
      for (const turn of [open, open, finished, finished, late, open])
        ends.push((await storage().turns.append(session.id, turn)).isFinishedBy);
      expect(ends).toEqual([false, false, true, false, false, false]);
      const whole = await storage().turns.append(session.id, aTurn());
      expect(whole).toEqual({ conversationId: session.conversationId, isFinishedBy: true });
    });

    it('stay in the conversation they began in', async () => {
      const [mine, theirs] = [await storage().session(), await storage().session()];
      const turn = aTurn();
      await storage().turns.append(mine.id, turn);
      await storage().turns.append(theirs.id, { ...turn, assistantText: 'Not yours.' });
      expect(await storage().turns.history(mine, 10)).toEqual([turn]);
      expect(await storage().turns.history(theirs, 10)).toEqual([]);
    });

    it('are taken from a session that has ended', async () => {
      const session = await storage().session();
      await storage().sessions.end(session.id, 'client_left');
      await storage().turns.append(session.id, aTurn());
      expect(await storage().turns.history(session, 10)).toHaveLength(1);
    });

    it('go on in one conversation from session to session', async () => {
      const first = await storage().session();
      const second = await storage().sessions.open(aSession(first));
      await storage().turns.append(first.id, aTurn({ userText: 'one' }));
      const again = await storage().sessions.open(aSession({ ...second, id: randomUUID() }));
      await storage().turns.append(again.id, aTurn({ userText: 'two' }));
      const history = await storage().turns.history(first, 10);
      expect(history.map(({ userText }) => userText)).toEqual(['one', 'two']);
    });

    it('are read page by page with all that is stored of them', async () => {
      const session = await storage().session();
      const { turns } = storage();
      const usage = { sttAudioMs: 1, llmPromptTokens: 2, llmCompletionTokens: 3, ttsCharacters: 4 };
      const said = ['a', 'b', 'c'].map((userText) => aTurn({ userText, usage }));
      for (const turn of said) await turns.append(session.id, turn);
      const first = await turns.page(session, { after: 0, limit: 2 });
      expect(first).toMatchObject(said.slice(0, 2).map((turn) => ({ ...turn, usage })));
      expect(first?.[0]?.sessionId).toBe(session.id);
      const after = first?.at(-1)?.position ?? 0;
      expect(await turns.page(session, { after, limit: 2 })).toMatchObject(said.slice(2));
      const { workspaceId } = await storage().workspace();
      const range = { after: 0, limit: 10 };
      expect(await turns.page({ ...session, workspaceId }, range)).toBeUndefined();
      expect(await turns.page({ ...session, conversationId: 'x' }, range)).toBeUndefined();
    });

    it('are not seen from another workspace', async () => {
      const session = await storage().session();
      await storage().turns.append(session.id, aTurn());
      const { workspaceId } = await storage().workspace();
      expect(await storage().turns.history({ ...session, workspaceId }, 10)).toEqual([]);
    });

    it('mark their conversation as changed', async () => {
      const session = await storage().session();
      const changedAt = async () => {
        const { db } = storage().database;
        const [row] = await db
          .select()
          .from(conversations)
          .where(eq(conversations.id, session.conversationId));
        return row?.updatedAt.getTime() ?? 0;
      };
      await storage()
        .database.db.update(conversations)
        .set({ updatedAt: new Date(0) })
        .where(eq(conversations.id, session.conversationId));
      await storage().turns.append(session.id, aTurn());
      expect(await changedAt()).toBeGreaterThan(0);
    });

    it.each([randomUUID(), 'no-id'])('are refused for the unknown session %j', async (id) => {
      await expect(storage().turns.append(id, aTurn())).rejects.toThrow(UnknownSession);
    });
  });
}
