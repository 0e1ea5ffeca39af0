import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MessageFilter } from '../../../src/chats/message-log.ts';
import { Ratings } from '../../../src/chats/ratings.ts';
import { WrittenTurns } from '../../../src/chats/written-turns.ts';
import type { Participant } from '../../../src/protocol/participant.ts';
import type { TurnRecord } from '../../../src/protocol/turn-record.ts';
import { aSession, aTurn, type Storage } from './storage.ts';

export function messageLogContract(storage: () => Storage): void {
  describe('messages', () => {
    let workspaceId = '';
    let characterId = '';
    let otherCharacterId = '';
    let conversationId = '';
    beforeEach(async () => {
      ({ workspaceId, characterId, otherCharacterId } = await storage().workspace());
      conversationId = await open(characterId, 'tom');
    });

    const open = async (ofCharacter: string, endUserId: string) => {
      const request = { workspaceId, characterId: ofCharacter, endUserId };
      return (await storage().conversations.open(request)).id;
    };
    const write = async (
      minute: number,
      changes: Partial<TurnRecord> = {},
      to = conversationId,
    ) => {
      const turn = aTurn({
        ...{ userText: `q${minute}`, assistantText: `a${minute}`, origin: 'text' },
        startedAt: new Date(Date.UTC(2026, 0, 2, 3, minute)).toISOString(),
        ...changes,
      });
      const written = new WrittenTurns(storage().database.db);
      await written.keep({ workspaceId, conversationId: to }, turn);
      return turn;
    };
    const page = async (filter: MessageFilter = {}, part: Partial<Part> = {}, of = workspaceId) => {
      const { messages, total } = await storage().messageLog.page(of, filter, {
        ...{ limit: 50, offset: 0, newestFirst: true },
        ...part,
      });
      return { messages, total, contents: messages.map(({ content }) => content) };
    };
    type Part = { limit: number; offset: number; newestFirst: boolean };

    it('are both sides of each turn, the newest first or last, page by page', async () => {
      for (const minute of [1, 2, 3]) await write(minute);
      const all = ['a3', 'q3', 'a2', 'q2', 'a1', 'q1'];
      expect((await page()).contents).toEqual(all);
      expect((await page({}, { newestFirst: false })).contents).toEqual(all.toReversed());
      const second = await page({}, { limit: 2, offset: 2 });
      expect(second).toMatchObject({ contents: ['a2', 'q2'], total: 6 });
      expect(await page({}, { offset: 9 })).toMatchObject({ contents: [], total: 6 });
    });

    it('are told with who said what to whom, and when', async () => {
      const speaker = { identity: 'human:tom', speakerId: 'tom', speakerName: 'Tom' };
      const turn = await write(1, { speaker });
      const character = await storage().characters.get(workspaceId, characterId);
      const common = {
        ...{ turnId: turn.id, conversationId, origin: 'text', rating: null },
        ...{ character: { id: characterId, name: character?.name }, at: new Date(turn.startedAt) },
        user: { id: 'tom', givenId: 'tom', name: 'Tom' },
      };
      expect((await page()).messages).toEqual([
        { side: 'answer', content: 'a1', ...common },
        { side: 'question', content: 'q1', ...common },
      ]);
    });

    it('are told with the id that the client itself gave, in writing and by voice', async () => {
      const { speakers, sessions, turns } = storage();
      const { id } = await speakers.ensure(workspaceId, { deviceId: '1234567', name: 'Ann' });
      const speaker = { identity: `human:${id}`, speakerId: id, speakerName: 'Ann' };
      await write(1, { speaker });
      const session = await sessions.open(aSession({ workspaceId, conversationId }));
      await turns.append(session.id, aTurn({ speaker }));
      const users = (await page()).messages.map(({ user }) => user);
      expect(users).toEqual(
        Array.from({ length: 4 }, () => ({ id, givenId: '1234567', name: 'Ann' })),
      );
      const other = await storage().workspace();
      const stranger = await speakers.ensure(other.workspaceId, { deviceId: 'x', name: null });
      await write(9, { speaker: { ...speaker, speakerId: stranger.id } });
      const [newest] = (await page({ from: new Date(Date.UTC(2026, 0, 2, 3, 9)) })).messages;
      expect(newest?.user).toMatchObject({ id: stranger.id, givenId: stranger.id });
    });

    it('leave out the side that said nothing', async () => {
      await write(1, { userText: null, origin: 'greeting' });
      await write(2, { assistantText: '' });
      expect(await page()).toMatchObject({ contents: ['q2', 'a1'], total: 2 });
    });

    it('are found by character, user, conversation, time and id, and by all of them at once', async () => {
      const first = await write(1);
      await write(2);
      const elsewhere = await open(otherCharacterId, 'ann');
      await write(3, {}, elsewhere);
      const contents = async (filter: MessageFilter) => (await page(filter)).contents;
      const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute));
      expect(await contents({ characterId: otherCharacterId })).toEqual(['a3', 'q3']);
      expect(await contents({ userIds: ['tom', 'nobody'] })).toEqual(['a2', 'q2', 'a1', 'q1']);
      expect(await contents({ userIds: [] })).toEqual([]);
      expect(await contents({ conversationId: elsewhere })).toEqual(['a3', 'q3']);
      expect(await contents({ from: at(2), to: at(2) })).toEqual(['a2', 'q2']);
      const messages = [{ turnId: first.id, side: 'question' as const }];
      expect(await contents({ messages })).toEqual(['q1']);
      expect(await contents({ messages: [] })).toEqual([]);
      const all = { characterId, userIds: ['tom'], conversationId, from: at(2), to: at(9) };
      expect(await contents(all)).toEqual(['a2', 'q2']);
      expect(await contents({ ...all, messages })).toEqual([]);
    });

    it('hold what was said by voice, too; in a shared room each user’s are their own', async () => {
      const { sessions, turns, participants } = storage();
      const { id: sessionId } = await sessions.open(aSession({ workspaceId, conversationId }));
      const come = (participant: Participant) =>
        participants.admit({
          ...{ sessionId, id: randomUUID(), participant, remembered: true, most: 4 },
          ...{ at: new Date(), heldSince: new Date(0) },
        });
      const speak = async (userText: string, speaker: Participant) => {
        await come(speaker);
        const turn = aTurn({ userText, assistantText: `to ${userText}`, speaker });
        await turns.append(sessionId, turn);
        return turn;
      };
      const unnamed = { identity: 'user:1', speakerId: null, speakerName: null };
      const tom = { identity: 'human:tom', speakerId: 'tom', speakerName: 'Tom' };
      const ann = { identity: 'human:ann', speakerId: 'ann', speakerName: 'Ann' };
      await speak('tom', tom);
      const anns = await speak('ann', ann);
      await speak('unnamed', unnamed);
      await write(5);
      const contents = async (userIds: string[]) =>
        (await page({ userIds }, { newestFirst: false })).contents;
      expect(await contents(['ann'])).toEqual(['ann', 'to ann']);
      expect(await contents(['tom'])).toEqual(['tom', 'to tom', 'q5', 'a5']);
      expect((await page({ conversationId })).total).toBe(8);
      const { messages } = await page({ conversationId });
      const guests = messages.filter(({ content }) => content.endsWith('unnamed'));
      expect(guests.map(({ user }) => user.id)).toEqual([null, null]);
      const message = { turnId: anns.id, side: 'answer' as const };
      expect(await storage().messageLog.find(workspaceId, message, ['tom'])).toBeUndefined();
      expect(await storage().messageLog.find(workspaceId, message, ['ann'])).toBeDefined();
    });

    it('are the end user’s where somebody unnamed is alone in the room', async () => {
      const { sessions, turns, participants } = storage();
      const { id: sessionId } = await sessions.open(aSession({ workspaceId, conversationId }));
      const speaker = { identity: 'user:1', speakerId: null, speakerName: null };
      await participants.admit({
        ...{ sessionId, id: randomUUID(), participant: speaker, remembered: true, most: 1 },
        ...{ at: new Date(), heldSince: new Date(0) },
      });
      await turns.append(sessionId, aTurn({ userText: 'spoken', assistantText: '', speaker }));
      const { contents, messages } = await page({ userIds: ['tom'] });
      expect(contents).toEqual(['spoken']);
      expect(messages[0]?.user.id).toBe('tom');
    });

    it('are nobody’s in another workspace', async () => {
      const turn = await write(1);
      const other = await storage().workspace();
      expect(await page({ conversationId }, {}, other.workspaceId)).toMatchObject({
        ...{ contents: [], total: 0 },
      });
      const message = { turnId: turn.id, side: 'answer' as const };
      const { messageLog, ratings } = storage();
      expect(await messageLog.find(other.workspaceId, message)).toBeUndefined();
      await expect(ratings.put(other.workspaceId, message, 5)).rejects.toMatchObject({
        code: 'message_not_found',
      });
    });

    it('that are deleted while they are rated are not found', async () => {
      const { id: turnId } = await write(1);
      const { messageLog, history, clock, database } = storage();
      const ratings = new Ratings({
        ...{ db: database.db, clock },
        log: {
          find: async (...asked) => {
            const found = await messageLog.find(...asked);
            await history.delete({ workspaceId, characterId }, [conversationId]);
            return found;
          },
        },
      });
      const rated = ratings.put(workspaceId, { turnId, side: 'answer' }, 5);
      await expect(rated).rejects.toMatchObject({ code: 'message_not_found' });
    });

    it('of a character are rated, once each; the newer rating holds', async () => {
      const { id: turnId } = await write(1);
      const { ratings } = storage();
      for (const rating of [5, 5, -1])
        await ratings.put(workspaceId, { turnId, side: 'answer' }, rating);
      expect((await page()).messages.map(({ rating }) => rating)).toEqual([-1, null]);
      const none = [
        undefined,
        { turnId, side: 'question' as const },
        { turnId: randomUUID(), side: 'answer' as const },
      ];
      for (const message of none)
        await expect(ratings.put(workspaceId, message, 1)).rejects.toMatchObject({ status: 404 });
    });
  });
}
