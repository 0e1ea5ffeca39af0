import { describe, expect, it } from 'vitest';
import { builtInEmbedding } from '../../../src/knowledge/built-in-embedding.ts';
import { DocumentWork } from '../../../src/knowledge/document-work.ts';
import { Documents } from '../../../src/knowledge/documents.ts';
import { passageOf } from '../../../src/knowledge/passages.ts';
import { KnowledgeSearch } from '../../../src/knowledge/search.ts';
import { addSome, removeSome } from '../../../src/knowledge/stored-passages.ts';
import { Vectors } from '../../../src/knowledge/vectors.ts';
import { Words } from '../../../src/knowledge/words.ts';
import { systemClock } from '../../../src/lifetime/clock.ts';
import { knowledgeSource } from '../../../src/minds/knowledge-source.ts';
import { Recall } from '../../../src/minds/recall.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { Storage } from './storage.ts';

const tides = 'High water in Skerry Sound is at noon on Tuesdays.';
const bread = 'Aunt Morwenna bakes seven loaves of rye before dawn.';
const teahouse = '茶馆每天清晨六点开门，招牌是桂花乌龙。';
const signal = new AbortController().signal;
const never = () => new Promise<never>(() => undefined);

export function knowledgeContract(storage: () => Storage): void {
  const open = async () => {
    const { database } = storage();
    const { db } = database;
    const words = await Words.open(database);
    const vectors = await Vectors.open(database);
    const embedding = builtInEmbedding;
    const search = new KnowledgeSearch({ db, words, vectors, embedding, log: silentLog });
    const documents = new Documents(db);
    const work = new DocumentWork(database.db);
    /** A document of these passages, as the work on it leaves it. */
    const shelve = async (workspaceId: string, name: string, ...texts: string[]) => {
      const content = Buffer.from(texts.join('\n\n'));
      const { id } = await documents.add(workspaceId, { name, kind: 'txt', content });
      const version = { id, workspaceId, revision: 1 };
      const embedded = {
        model: `${builtInEmbedding.model}/256`,
        vectors: await builtInEmbedding.embed(texts, { signal }),
      };
      const passages = texts.map(passageOf);
      await addSome(database.db, vectors, version, { from: 0, passages, embedded });
      const made = { characters: content.length, passages: passages.length };
      await work.finish(version, { ...made, model: embedded.model });
      return id;
    };
    const find = async (of: { workspaceId: string; characterId: string }, text: string) => {
      const found = await search.find({ ...of, text }, { limit: 3, soon: signal });
      return found.map((passage) => passage.text);
    };
    return { documents, work, search, vectors, shelve, find, db: database.db };
  };

  describe('knowledge', () => {
    it('is found by its words in English and in Chinese, with the name of its document', async () => {
      const { documents, shelve, find, search } = await open();
      const of = await storage().workspace();
      const id = await shelve(of.workspaceId, 'harbour.txt', tides, bread, teahouse);
      await documents.link(of.workspaceId, of.characterId, [{ id, isActive: true }]);
      expect((await find(of, 'When is the water high at Skerry Sound?'))[0]).toBe(tides);
      expect((await find(of, 'who is baking the loaf'))[0]).toBe(bread);
      expect((await find(of, '茶馆几点开门？'))[0]).toBe(teahouse);
      const about = { ...of, text: 'rye loaves' };
      const [best] = await search.find(about, { limit: 1, soon: signal });
      expect(best).toMatchObject({ title: 'harbour.txt', text: bread });
    });

    it('is found by a name that was misheard', async () => {
      const { documents, shelve, find } = await open();
      const of = await storage().workspace();
      const id = await shelve(of.workspaceId, 'harbour.txt', tides, bread, teahouse);
      await documents.link(of.workspaceId, of.characterId, [{ id, isActive: true }]);
      expect((await find(of, 'who is Morvenna'))[0]).toBe(bread);
    });

    it('is nothing to small talk, and to what no document is about', async () => {
      const { documents, shelve, find } = await open();
      const of = await storage().workspace();
      const id = await shelve(of.workspaceId, 'harbour.txt', tides, bread);
      await documents.link(of.workspaceId, of.characterId, [{ id, isActive: true }]);
      expect(await find(of, 'Hello, how are you?')).toEqual([]);
      expect(await find(of, '')).toEqual([]);
      expect(await find(of, 'Which galaxy collides with Andromeda?')).toEqual([]);
    });

    it("is searched in the character's active documents, and in no others", async () => {
      const { documents, shelve, find, search } = await open();
      const of = await storage().workspace();
      const { workspaceId, characterId, otherCharacterId } = of;
      const id = await shelve(workspaceId, 'tides.txt', tides);
      await shelve(workspaceId, 'bread.txt', bread);
      expect(await search.hasDocuments(workspaceId, characterId)).toBe(false);
      await documents.link(workspaceId, characterId, [{ id, isActive: true }]);
      expect(await search.hasDocuments(workspaceId, characterId)).toBe(true);
      expect(await find(of, 'high water')).toEqual([tides]);
      expect(await find(of, 'rye loaves')).toEqual([]);
      expect(await find({ workspaceId, characterId: otherCharacterId }, 'high water')).toEqual([]);
      await documents.link(workspaceId, characterId, [{ id, isActive: false }]);
      expect(await find(of, 'high water')).toEqual([]);
    });

    it('that is connected is told to those who have to do with the character, and else nothing', async () => {
      const { documents, shelve } = await open();
      const { workspaceId, characterId } = await storage().workspace();
      const told: string[] = [];
      documents.onConnected = (of) => told.push(of);
      const id = await shelve(workspaceId, 'tides.txt', tides);
      await documents.link(workspaceId, characterId, [{ id, isActive: false }]);
      expect(told).toEqual([]);
      await documents.link(workspaceId, characterId, [{ id, isActive: true }]);
      const unknown = { id: characterId, isActive: true };
      await expect(documents.link(workspaceId, characterId, [unknown])).rejects.toThrow();
      expect(told).toEqual([characterId]);
    });

    it('of one workspace is never seen, linked, changed or deleted from another', async () => {
      const { documents, shelve, find } = await open();
      const mine = await storage().workspace();
      const theirs = await storage().workspace();
      const id = await shelve(mine.workspaceId, 'tides.txt', tides);
      await documents.link(mine.workspaceId, mine.characterId, [{ id, isActive: true }]);
      expect(await find({ ...mine, workspaceId: theirs.workspaceId }, 'high water')).toEqual([]);
      const link = [{ id, isActive: true }];
      await expect(
        documents.link(theirs.workspaceId, theirs.characterId, link),
      ).rejects.toMatchObject({ status: 404 });
      const file = { name: 'x.txt', kind: 'txt', content: Buffer.from('x') } as const;
      await expect(documents.replace(theirs.workspaceId, id, file)).rejects.toMatchObject({
        status: 404,
      });
      await expect(documents.delete(theirs.workspaceId, id)).rejects.toMatchObject({ status: 404 });
      expect(await documents.list(theirs.workspaceId)).toEqual([]);
      expect(await find(mine, 'high water')).toEqual([tides]);
    });

    it('that is deleted is gone from every character, its words too', async () => {
      const { documents, shelve, find } = await open();
      const of = await storage().workspace();
      const id = await shelve(of.workspaceId, 'tides.txt', ...Array<string>(70).fill(tides));
      await documents.link(of.workspaceId, of.characterId, [{ id, isActive: true }]);
      await documents.delete(of.workspaceId, id);
      expect(await documents.list(of.workspaceId)).toEqual([]);
      expect(await documents.activeOf(of.workspaceId, of.characterId)).toEqual(new Set());
      expect(await find(of, 'high water')).toEqual([]);
      await expect(documents.delete(of.workspaceId, id)).rejects.toMatchObject({ status: 404 });
    });

    it('of the same content is one document, and a new content keeps the id', async () => {
      const { documents, shelve, find } = await open();
      const of = await storage().workspace();
      const { workspaceId } = of;
      const id = await shelve(workspaceId, 'tides.txt', tides);
      await documents.link(workspaceId, of.characterId, [{ id, isActive: true }]);
      const file = (name: string, text: string) =>
        ({ name, kind: 'txt', content: Buffer.from(text) }) as const;
      expect(await documents.add(workspaceId, file('again.txt', tides))).toMatchObject({
        id,
        state: 'ready',
      });
      const other = await documents.add(workspaceId, file('other.txt', bread));
      await expect(
        documents.replace(workspaceId, id, file('tides.txt', bread)),
      ).rejects.toMatchObject({ status: 409 });
      const replaced = await documents.replace(workspaceId, id, file('new.txt', teahouse));
      expect(replaced).toMatchObject({ id, state: 'waiting', name: 'new.txt', progress: 0 });
      expect(await find(of, 'high water')).toEqual([]);
      expect((await documents.list(workspaceId)).map((one) => one.id).sort()).toEqual(
        [id, other.id].sort(),
      );
    });

    it('is worked on by one at a time, goes on after a crash, and is given up in the end', async () => {
      const { documents, work } = await open();
      const { workspaceId } = await storage().workspace();
      const mine = (claimed: { workspaceId: string } | undefined) =>
        claimed?.workspaceId === workspaceId ? claimed : undefined;
      // Documents of other tests may wait as well.
      let at = new Date();
      const claimAll = async () => {
        const all = [];
        for (;;) {
          const claimed = await work.claim(at);
          if (!claimed) return all;
          all.push(claimed);
        }
      };
      await claimAll();
      const content = Buffer.from(tides);
      const { id } = await documents.add(workspaceId, { name: 't.txt', kind: 'txt', content });
      const [claimed] = (await claimAll()).flatMap((one) => mine(one) ?? []);
      expect(claimed).toMatchObject({ id, attempts: 1, kind: 'txt' });
      expect(await claimAll()).toEqual([]);
      at = new Date(at.getTime() + 60_000);
      const again = (await claimAll()).find((one) => one.id === id);
      expect(again).toMatchObject({ id, attempts: 2 });
      expect(Buffer.from(again?.content ?? []).toString()).toBe(tides);
      if (!again) throw new Error('not claimed');
      await work.fail(again, 'The file is broken.');
      expect(await documents.list(workspaceId)).toMatchObject([
        { state: 'failed', fault: 'The file is broken.' },
      ]);
      expect(await work.renew(again, 10, at)).toBe(true);
      await documents.replace(workspaceId, id, {
        name: 't.txt',
        kind: 'txt',
        content: Buffer.from(bread),
      });
      expect(await work.renew(again, 10, at)).toBe(false);
      expect(await removeSome(storage().database.db, again)).toBe(false);
    });

    it('is recalled beside what other sources find, without those that fail or hang', async () => {
      const { documents, shelve, search } = await open();
      const { workspaceId, characterId } = await storage().workspace();
      const id = await shelve(workspaceId, 'tides.txt', tides);
      await documents.link(workspaceId, characterId, [{ id, isActive: true }]);
      const fact = { source: 'memory', id: 'f', title: '', text: 'Likes tea.', score: 1 } as const;
      const yes = () => Promise.resolve(true);
      const recall = new Recall(
        [
          { hasAny: yes, find: () => Promise.reject(new Error('broken')) },
          { hasAny: yes, find: never },
          knowledgeSource(search, systemClock),
          { hasAny: yes, find: () => Promise.resolve([fact]) },
        ],
        { clock: systemClock, log: silentLog },
      );
      const scope = {
        ...{ workspaceId, characterId, conversationId: 'c', endUserId: null },
        remembers: true,
      };
      const found = await recall.find(scope, { text: 'when is high water', speakerId: null });
      expect(found).toMatchObject([{ source: 'knowledge', text: tides }, fact]);
    });
  });
}
