import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { characters } from '../../../src/db/schema.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { SessionStore } from '../../../src/minds/session-store.ts';
import { Assignment } from '../../../src/protocol/journal.ts';
import { untouchedContext } from '../../../src/protocol/client-context.ts';
import { SessionSettings } from '../../../src/protocol/connect.ts';
import { aTurn, type Storage } from './storage.ts';

export function mindsContract(storage: () => Storage): void {
  describe('an assignment', () => {
    const store = () => {
      const {
        sessions,
        participants,
        characters: all,
        conversations,
        turns,
        models,
        narratives,
        recollecting,
      } = storage();
      return new SessionStore({
        sessions,
        participants,
        characters: all,
        conversations,
        turns,
        holdMs: 60_000,
        mostCharacters: 8,
        models,
        narratives,
        tools: () => Promise.resolve(null),
        recollecting,
        afterwork: { turnStored: () => undefined, sessionEnding: () => Promise.resolve() },
        clock: systemClock,
        tokenLifeMs: 60_000,
      });
    };

    it('has the character, the settings and what was said', async () => {
      const session = await storage().session();
      const turn = aTurn();
      await store().appendTurn(session.id, turn);
      const assignment = await store().loadAssignment(session.roomName);
      expect(Assignment.parse(assignment)).toEqual(assignment);
      expect(assignment).toMatchObject({
        sessionId: session.id,
        roomName: session.roomName,
        characterSessionId: session.conversationId,
        character: { id: session.characterId },
        ownLlm: null,
        userIdentity: session.userIdentity,
        settings: session.settings,
        history: [turn],
        takenOver: false,
      });
    });

    it('says that the session was held before, once its client had joined', async () => {
      const session = await storage().session();
      await store().markJoined(session.id);
      expect(await store().loadAssignment(session.roomName)).toMatchObject({ takenOver: true });
    });

    it('has what the client changed since it came', async () => {
      const session = await storage().session();
      const context = { ...untouchedContext, updates: ['It rains.'], hearing: false };
      await store().keepContext(session.id, context);
      expect(await store().loadAssignment(session.roomName)).toMatchObject({ context });
    });

    it('is given for a client that comes after it was given up, while its token holds', async () => {
      const session = await storage().session();
      await store().end(session.id, 'never_joined');
      expect(await store().loadAssignment(session.roomName)).toMatchObject({ takenOver: false });
    });

    it('is not given for a room without a session, after its end, or without its character', async () => {
      expect(await store().loadAssignment(`room-${randomUUID()}`)).toBeUndefined();
      const [ended, orphan] = [await storage().session(), await storage().session()];
      await store().end(ended.id, 'client_left');
      expect(await store().loadAssignment(ended.roomName)).toBeUndefined();
      const { db } = storage().database;
      await db.delete(characters).where(eq(characters.id, orphan.characterId));
      expect(await store().loadAssignment(orphan.roomName)).toBeUndefined();
    });

    it('fits in one message, with the newest of a long history', async () => {
      const scene = { name: 'wall', description: '\u0001'.repeat(20_000) };
      const session = await storage().session({
        settings: SessionSettings.parse({ scene_description: [scene, scene, scene] }),
      });
      const long = (userText: string) => aTurn({ userText, assistantText: '长'.repeat(30_000) });
      const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'];
      for (const name of names) await store().appendTurn(session.id, long(name));
      const assignment = await store().loadAssignment(session.roomName);
      expect(Buffer.byteLength(JSON.stringify(assignment))).toBeLessThan(1_000_000);
      const kept = assignment?.history.map(({ userText }) => userText) ?? [];
      expect(kept.length).toBeGreaterThan(0);
      expect(kept).toEqual(names.slice(-kept.length));
    });
  });
}
