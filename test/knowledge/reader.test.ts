import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database, Db } from '../../src/db/db.ts';
import { knowledgeDocuments, knowledgePassages, knowledgeWords } from '../../src/db/schema.ts';
import { ensureWorkspace } from '../../src/keys/workspaces.ts';
import { builtInEmbedding } from '../../src/knowledge/built-in-embedding.ts';
import { DocumentWork, type Claimed } from '../../src/knowledge/document-work.ts';
import { Documents } from '../../src/knowledge/documents.ts';
import type { Extract } from '../../src/knowledge/extraction.ts';
import { FileUnreadable } from '../../src/knowledge/file-unreadable.ts';
import { readPassages } from '../../src/knowledge/read-passages.ts';
import { KnowledgeReader } from '../../src/knowledge/reader.ts';
import { addSome, readSome, removeSome } from '../../src/knowledge/stored-passages.ts';
import { passageOf } from '../../src/knowledge/passages.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { newDatabase } from '../fakes/new-database.ts';

let database: Database;
let documents: Documents;
let clock: FakeClock;
const open: KnowledgeReader[] = [];

beforeAll(async () => {
  database = await newDatabase();
  documents = new Documents(database.db);
  clock = new FakeClock();
});
afterEach(async () => {
  for (const reader of open.splice(0)) await reader.close();
  await database.db.delete(knowledgeDocuments);
});
afterAll(() => database.close());

const workspace = () =>
  ensureWorkspace(database.db, `reader ${randomUUID()}`, () => Promise.resolve());
const add = (workspaceId: string, words: string) => {
  const content = Buffer.from(words);
  return documents.add(workspaceId, { name: `${words}.txt`, kind: 'txt', content });
};
function read(extract: Extract = readPassages, work = new DocumentWork(database.db)) {
  const { db } = database;
  const deps = { db, work, vectors: undefined, embedding: builtInEmbedding, clock };
  const reader = new KnowledgeReader({ ...deps, extract, log: silentLog });
  open.push(reader);
  return reader;
}
/** Time passes until it is so. */
const until = (isSo: () => Promise<void>) =>
  vi.waitFor(
    async () => {
      await clock.advance(10_000);
      await isSo();
    },
    { timeout: 60_000, interval: 5 },
  );
const settled = (workspaceId: string, state: 'ready' | 'failed') =>
  until(async () => {
    for (const one of await documents.list(workspaceId)) expect(one.state).toBe(state);
  });

describe('work on documents', () => {
  it('is not given up because the server was stopped again and again', async () => {
    const workspaceId = await workspace();
    await add(workspaceId, 'Badgers sleep by day.');
    for (let stops = 0; stops < 5; stops++) {
      let begin: () => void = () => undefined;
      const begun = new Promise<void>((done) => (begin = done));
      const reader = read((_file, signal) => {
        begin();
        return new Promise((_done, fail) => {
          signal.addEventListener('abort', () => {
            fail(new Error('stopped'));
          });
        });
      });
      await begun;
      await reader.close();
    }
    read();
    await settled(workspaceId, 'ready');
  });

  it('is not given up because the database was away for a while', async () => {
    const workspaceId = await workspace();
    await add(workspaceId, 'Owls turn their heads.');
    let faults = 0;
    /** As PostgreSQL says it when its operator restarts it, at any statement. */
    class Shaken extends DocumentWork {
      #shake() {
        if (faults >= 10) return;
        faults++;
        throw Object.assign(new Error('shutting down'), { code: '57P01' });
      }
      override passagesBeside(claimed: Claimed) {
        this.#shake();
        return super.passagesBeside(claimed);
      }
      override async release(...args: Parameters<DocumentWork['release']>) {
        this.#shake();
        await super.release(...args);
      }
    }
    read(readPassages, new Shaken(database.db));
    await settled(workspaceId, 'ready');
    expect(faults).toBe(10);
  });

  it('is tried again when others may have stopped it, and given up in the end', async () => {
    const workspaceId = await workspace();
    await add(workspaceId, 'Foxes bark.');
    let tries = 0;
    const short: Extract = (file) => {
      if (++tries % 3 !== 0) throw new FileUnreadable('Too much memory.', { mayPass: true });
      return readPassages(file);
    };
    read(short);
    await settled(workspaceId, 'ready');
    expect(tries).toBe(3);
    const other = await workspace();
    await add(other, 'Herons stand.');
    for (const reader of open.splice(0)) await reader.close();
    read(() => Promise.reject(new FileUnreadable('Too much memory.', { mayPass: true })));
    await settled(other, 'failed');
    expect(await documents.list(other)).toMatchObject([{ fault: 'Too much memory.' }]);
  });

  it('is given up when the same fault ends it three times', async () => {
    const workspaceId = await workspace();
    await add(workspaceId, 'Moles dig.');
    let tries = 0;
    read(() => {
      tries++;
      return Promise.reject(new TypeError('a mistake of ours'));
    });
    await settled(workspaceId, 'failed');
    expect(tries).toBe(3);
  });

  it("goes round the workspaces: nobody waits for all of another's files", async () => {
    const [many, few] = [await workspace(), await workspace()];
    for (const n of [1, 2, 3, 4, 5, 6]) await add(many, `File ${n} of many.`);
    await add(few, 'The only one.');
    const order: string[] = [];
    read((file) => {
      order.push(Buffer.from(file.content).toString());
      return readPassages(file);
    });
    await settled(many, 'ready');
    await settled(few, 'ready');
    expect(order).toHaveLength(7);
    expect(order.indexOf('The only one.')).toBeLessThan(2);
  });
});

describe('a deletion', () => {
  /** The process dies when the passages are about to be removed. */
  const dying = (db: Db): Db => {
    let transactions = 0;
    return new Proxy(db, {
      get(target, key, self) {
        if (key === 'transaction' && transactions++ > 0)
          return () => Promise.reject(new Error('killed'));
        const value: unknown = Reflect.get(target, key, self);
        return typeof value === 'function'
          ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
          : value;
      },
    });
  };

  it('that a crash interrupted is finished, and takes nothing with it that came since', async () => {
    const workspaceId = await workspace();
    const { id } = await add(workspaceId, 'Skerry light is white.');
    read();
    await settled(workspaceId, 'ready');
    for (const reader of open.splice(0)) await reader.close();
    await expect(new Documents(dying(database.db)).delete(workspaceId, id)).rejects.toThrow(
      'killed',
    );
    expect(await documents.list(workspaceId)).toEqual([]);
    await expect(documents.delete(workspaceId, id)).rejects.toMatchObject({ status: 404 });
    const again = await add(workspaceId, 'Skerry light is white.');
    expect(again).toMatchObject({ state: 'waiting' });
    expect(again.id).not.toBe(id);
    // The lease of the request that began it is over.
    clock.standStill(400 * 24 * 3_600_000);
    read();
    await until(async () => {
      const rows = await database.db.select().from(knowledgeDocuments);
      expect(rows.map((row) => [row.id, row.state])).toEqual([[again.id, 'ready']]);
    });
    const passages = await database.db.select().from(knowledgePassages);
    expect(passages.map(({ documentId }) => documentId)).toEqual([again.id]);
    const words = await database.db
      .select()
      .from(knowledgeWords)
      .where(eq(knowledgeWords.workspaceId, workspaceId));
    expect(words.map((row) => row.passages)).toEqual(words.map(() => 1));
  });
});

describe('a worker that is late', () => {
  it('removes nothing of a newer content', async () => {
    const workspaceId = await workspace();
    const { id } = await add(workspaceId, 'Old.');
    const late = { id, workspaceId, revision: 1 };
    const content = Buffer.from('New.');
    await documents.replace(workspaceId, id, { name: 'n.txt', kind: 'txt', content });
    const passages = [passageOf('New.')];
    const newer = { ...late, revision: 2 };
    await addSome(database.db, undefined, newer, { from: 0, passages, embedded: undefined });
    expect(await removeSome(database.db, late)).toBe(false);
    expect(await readSome(database.db, id, -1)).toMatchObject([{ text: 'New.' }]);
  });
});
