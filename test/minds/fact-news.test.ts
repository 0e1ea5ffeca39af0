import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../src/memory/memory.ts';
import { tellFacts, tellingForgotten } from '../../src/minds/fact-news.ts';
import { aSession, Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';

describe('what is remembered of somebody who is in a session', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterAll(() => storage.database.close());

  let person: Person;
  let place: { sessionId: string; characterSessionId: string; speakerId: string };
  let told: unknown[] = [];
  const deps = () => ({
    ...{ sessions: storage.sessions, participants: storage.participants },
    ...{ speakers: storage.speakers, memories: storage.recollecting.memories },
    tell: (news: object) => told.push(news),
    tellSummary: (newer: object) => told.push(newer),
  });
  beforeEach(async () => {
    told = [];
    const of = await storage.conversation();
    const { id: personId } = await storage.speakers.ensure(of.workspaceId, {
      ...{ deviceId: 'ann', name: null },
    });
    person = { workspaceId: of.workspaceId, characterId: of.characterId, personId };
    const { id: sessionId } = await storage.sessions.open(aSession(of));
    await storage.participants.admit({
      ...{ sessionId, id: randomUUID(), remembered: true, most: 2, at: new Date() },
      participant: { identity: 'user:ann', speakerId: 'ann', speakerName: null },
      heldSince: new Date(0),
    });
    place = { sessionId, characterSessionId: of.conversationId, speakerId: 'ann' };
  });

  it('is told to it under the id that they came with', async () => {
    const fact = { key: null, text: 'The user likes tea.', importance: 2, saidAt: new Date() };
    await storage.recollecting.memories.keep(person, [fact]);
    await tellFacts(person, deps());
    expect(told).toEqual([{ ...place, facts: ['The user likes tea.'] }]);
  });

  it('is none of another character’s business', async () => {
    await tellFacts({ ...person, characterId: randomUUID() }, deps());
    expect(told).toEqual([]);
  });

  it('is nothing any more, with the summary, once they are forgotten', async () => {
    const { workspaceId, personId } = person;
    const tell = await tellingForgotten(workspaceId, [personId, 'ann'], deps());
    expect(told).toEqual([]);
    await storage.speakers.delete(workspaceId, personId);
    tell();
    const { sessionId, characterSessionId } = place;
    expect(told).toEqual([
      { ...place, facts: [] },
      { sessionId, characterSessionId, summary: { text: '', throughTurnId: '' } },
    ]);
  });
});
