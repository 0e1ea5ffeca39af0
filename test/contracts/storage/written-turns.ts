import { describe, expect, it } from 'vitest';
import { ConversationGone, WrittenTurns } from '../../../src/chats/written-turns.ts';
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
      const second = await written().keep(session, again, typed.id);
      expect(second).toBeGreaterThan(first);
      expect(await storage().turns.history(session, 10)).toEqual([spoken, again]);
    });

    it('replace none of another conversation', async () => {
      const [mine, theirs] = [await storage().conversation(), await storage().conversation()];
      const turn = aTurn();
      await written().keep(theirs, turn);
      await written().keep(mine, aTurn(), turn.id);
      expect(await storage().turns.history(theirs, 10)).toEqual([turn]);
    });

    it('are refused where there is no such conversation in the workspace', async () => {
      const { conversationId } = await storage().conversation();
      const { workspaceId } = await storage().workspace();
      const foreign = written().keep({ workspaceId, conversationId }, aTurn());
      await expect(foreign).rejects.toThrow(ConversationGone);
    });
  });
}
