import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryNotFound, mostOfPerson } from '../../../src/memory/memories.ts';
import type { NewMemory, Person } from '../../../src/memory/memory.ts';
import { factKey } from '../../../src/prompt/fact-key.ts';
import { aSession, aTurn, type Storage } from './storage.ts';

const page = { page: 1, pageSize: 50 };
const saidAt = new Date('2026-01-01T12:00:00Z');
const fact = (text: string, changes: Partial<NewMemory> = {}): NewMemory => ({
  ...{ key: factKey(text) ?? null, text, importance: 2, saidAt },
  ...changes,
});

export function memoriesContract(storage: () => Storage): void {
  describe('memories', () => {
    const all = () => storage().recollecting.memories;
    const texts = async (person: Person) =>
      (await all().foremost(person, 100)).map(({ text }) => text);
    let ann: Person;
    beforeEach(async () => {
      const { workspaceId, characterId } = await storage().workspace();
      ann = { workspaceId, characterId, personId: 'ann' };
    });

    it('are of one person with one character of one workspace, and of nobody else', async () => {
      const other = await storage().workspace();
      const [first] = await all().keep(ann, [fact('The user likes tea.')]);
      const id = first?.id ?? '';
      const strangers: Person[] = [
        { ...ann, personId: 'ben' },
        { ...ann, personId: '' },
        { ...ann, personId: '%' },
        { ...ann, personId: 'a%' },
        { ...ann, personId: 'ANN' },
        { ...ann, personId: 'ann ' },
        { ...ann, personId: "ann' or '1'='1" },
        { ...ann, personId: '"ann"' },
        { ...ann, personId: 'ann\\' },
        { ...ann, personId: 'n'.repeat(10_000) },
        { ...ann, workspaceId: other.workspaceId },
        { ...ann, characterId: other.characterId },
        { ...other, personId: 'ann' },
      ];
      for (const stranger of strangers) {
        expect(await all().list(stranger, page)).toEqual({ memories: [], total: 0 });
        expect(await all().get(stranger, id)).toBeUndefined();
        expect(await all().delete(stranger, id)).toBe(false);
        await expect(all().edit(stranger, id, { text: 'mine' })).rejects.toThrow(MemoryNotFound);
      }
      await all().erase({ ...ann, personId: '%' });
      await all().erase({ ...ann, workspaceId: other.workspaceId, characterId: other.characterId });
      expect(await all().export(other.workspaceId, 'ann')).toEqual([]);
      expect(await all().export(ann.workspaceId, '%')).toEqual([]);
      expect(await texts(ann)).toEqual(['The user likes tea.']);
    });

    it('keep apart what differs in odd letters only', async () => {
      const odd = ["' ; drop table memories; --", '%', '_', '\\', '😀', '👩‍👩‍👧', '名字', 'a:b', 'a b'];
      for (const personId of odd)
        await all().keep({ ...ann, personId }, [fact(`The user is ${personId}.`)]);
      for (const personId of odd)
        expect(await texts({ ...ann, personId })).toEqual([`The user is ${personId}.`]);
    });

    it('hold the newest of what there is one of', async () => {
      const [rex] = await all().keep(ann, [fact('My dog is called Rex.')]);
      const later = new Date(saidAt.getTime() + 1_000);
      const kept = await all().keep(ann, [
        fact("The user's dog is called Max.", { saidAt: later }),
      ]);
      expect(kept).toEqual([
        { id: rex?.id, event: 'update', text: "The user's dog is called Max." },
      ]);
      await all().keep(ann, [fact('My cat is called Rex.')]);
      expect((await texts(ann)).sort()).toEqual([
        'My cat is called Rex.',
        "The user's dog is called Max.",
      ]);
    });

    it('are not undone by what was said before them', async () => {
      await all().keep(ann, [fact('My dog is called Max.')]);
      const earlier = new Date(saidAt.getTime() - 1_000);
      expect(await all().keep(ann, [fact('My dog is called Rex.', { saidAt: earlier })])).toEqual(
        [],
      );
      expect(await texts(ann)).toEqual(['My dog is called Max.']);
    });

    it('say the same thing once', async () => {
      await all().keep(ann, [fact('The user likes tea.'), fact('the user likes TEA')]);
      await all().keep(ann, [fact('The user likes tea!')]);
      expect(await texts(ann)).toEqual(['The user likes tea!']);
    });

    it('are not doubled by several who keep them at once', async () => {
      await Promise.all([1, 2, 3].map(() => all().keep(ann, [fact('The user likes tea.')])));
      expect(await texts(ann)).toHaveLength(1);
    });

    it('show what matters most first, of equals the newest', async () => {
      const at = (ms: number) => ({ saidAt: new Date(saidAt.getTime() + ms) });
      await all().keep(ann, [
        fact('old', at(0)),
        fact('vital', { ...at(1), importance: 3 }),
        fact('new', at(2)),
        fact('passing', { ...at(3), importance: 1 }),
      ]);
      expect(await texts(ann)).toEqual(['vital', 'new', 'old', 'passing']);
    });

    it('are taken out of the records of turns when they are forgotten, and nothing else is', async () => {
      const { turns, sessions, conversations } = storage();
      const { workspaceId, characterId } = ann;
      const { id: conversationId } = await conversations.open({
        ...{ workspaceId, characterId, endUserId: null },
      });
      const { id: sessionId } = await sessions.open(aSession({ workspaceId, conversationId }));
      const [tea, dog] = await all().keep(ann, [
        fact('The user likes tea.'),
        fact('My dog is Rex.'),
      ]);
      const quoted = (id: string, source: 'memory' | 'knowledge' = 'memory') => ({
        ...{ source, id, title: '', text: 'quoted', score: 1 },
      });
      const passage = quoted('p1', 'knowledge');
      const [first, second] = [quoted(tea?.id ?? ''), quoted(dog?.id ?? '')];
      await turns.append(sessionId, aTurn({ material: [first, passage, second] }));
      const material = async () =>
        (await turns.page({ workspaceId, conversationId }, { after: 0, limit: 10 }))?.[0]?.material;
      await all().delete(ann, first.id);
      expect(await material()).toEqual([passage, second]);
      await all().erase(ann);
      expect(await material()).toEqual([passage]);
    });

    it('are bounded: the least important of the oldest go', async () => {
      const many = Array.from({ length: mostOfPerson + 5 }, (_, n) =>
        fact(`fact ${n}`, { saidAt: new Date(saidAt.getTime() + n) }),
      );
      await all().keep(ann, [fact('vital', { importance: 3 }), ...many]);
      const { total } = await all().list(ann, page);
      expect(total).toBe(mostOfPerson);
      expect(await all().foremost(ann, 1)).toMatchObject([{ text: 'vital' }]);
    });

    it('are read page by page, changed, and deleted', async () => {
      await all().keep(ann, [fact('one'), fact('two'), fact('three')]);
      const first = await all().list(ann, { page: 1, pageSize: 2 });
      const second = await all().list(ann, { page: 2, pageSize: 2 });
      expect([first.total, first.memories.length, second.memories.length]).toEqual([3, 2, 1]);
      const id = second.memories[0]?.id ?? '';
      expect(await all().edit(ann, id, { text: 'four' })).toMatchObject({ id, text: 'four' });
      expect(await all().delete(ann, id)).toBe(true);
      expect(await all().delete(ann, id)).toBe(false);
      expect(await all().delete(ann, 'no id at all')).toBe(false);
      expect(await texts(ann)).toHaveLength(2);
    });

    it('given the key of another take its place', async () => {
      const [, second] = await all().keep(ann, [fact('My name is Ann.'), fact('It is Anna now.')]);
      await all().edit(ann, second?.id ?? '', { text: 'My name is Anna.', key: 'name' });
      expect(await texts(ann)).toEqual(['My name is Anna.']);
    });

    it('that were erased stay erased, and nothing that was said before comes back', async () => {
      const { clock } = storage();
      await all().keep(ann, [fact('The user likes tea.', { saidAt: clock.nowAt() })]);
      await clock.advance(1_000);
      expect(await all().erase(ann)).toBe(1);
      const before = new Date(clock.nowAt().getTime() - 500);
      const after = new Date(clock.nowAt().getTime() + 500);
      expect(await all().keep(ann, [fact('The user is tall.', { saidAt: before })])).toEqual([]);
      await all().keep(ann, [fact('The user is kind.', { saidAt: after })]);
      expect(await texts(ann)).toEqual(['The user is kind.']);
    });

    it('go with the speaker, whichever of their ids is named, with the summaries that tell of them', async () => {
      const { speakers, conversations, sessions, turns, recollecting, database } = storage();
      const { workspaceId, characterId } = ann;
      const { id: personId } = await speakers.ensure(workspaceId, { deviceId: 'pad', name: null });
      expect(await speakers.personOf(workspaceId, 'pad')).toBe(personId);
      expect(await speakers.personOf(workspaceId, personId)).toBe(personId);
      await all().keep({ ...ann, personId }, [fact('The user likes tea.')]);
      await all().keep(ann, [fact('The user likes milk.')]);
      const { id: conversationId } = await conversations.open({
        ...{ workspaceId, characterId, endUserId: 'ann' },
      });
      const session = await sessions.open(aSession({ workspaceId, conversationId }));
      const speaker = { identity: 'human:pad', speakerId: 'pad', speakerName: null };
      const turn = aTurn({ speaker });
      await turns.append(session.id, turn);
      const summary = { text: 'They talked.', throughTurnId: turn.id };
      await recollecting.summaries.keep(database.db, conversationId, summary);
      const of = { workspaceId, conversationId };
      expect(await recollecting.summaries.get(of)).toEqual(summary);
      await speakers.delete(workspaceId, 'pad');
      expect(await texts({ ...ann, personId })).toEqual([]);
      expect(await texts(ann)).toEqual(['The user likes milk.']);
      expect(await recollecting.summaries.get(of)).toBeUndefined();
    });

    it('know the turn they came from, until that is deleted', async () => {
      const { conversations, sessions, turns } = storage();
      const { workspaceId, characterId } = ann;
      const opened = await conversations.open({ workspaceId, characterId, endUserId: 'ann' });
      const conversationId = opened.id;
      const session = await sessions.open(aSession({ workspaceId, conversationId }));
      const turn = aTurn();
      await turns.append(session.id, turn);
      const [kept] = await all().keep(ann, [fact('tea', { conversationId, turnId: turn.id })]);
      const read = () => all().get(ann, kept?.id ?? randomUUID());
      expect(await read()).toMatchObject({ conversationId, turnId: turn.id });
      await storage().history.delete({ workspaceId, characterId }, [conversationId]);
      expect(await read()).toMatchObject({ text: 'tea', conversationId: null, turnId: null });
    });
  });

  describe('summaries', () => {
    it('are of their own workspace', async () => {
      const { recollecting, database } = storage();
      const { workspaceId, conversationId } = await storage().conversation();
      const other = await storage().workspace();
      const summary = { text: 'They met.', throughTurnId: randomUUID() };
      await recollecting.summaries.keep(database.db, conversationId, summary);
      const get = (id: string) => recollecting.summaries.get({ workspaceId: id, conversationId });
      expect(await get(workspaceId)).toEqual(summary);
      expect(await get(other.workspaceId)).toBeUndefined();
    });
  });
}
