import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Characters } from '../src/characters/characters.ts';
import type { Database } from '../src/db/db.ts';
import { openDatabase } from '../src/db/open.ts';
import { ensureWorkspace } from '../src/keys/workspaces.ts';
import { builtInEmbedding } from '../src/knowledge/built-in-embedding.ts';
import { DocumentWork } from '../src/knowledge/document-work.ts';
import { Documents } from '../src/knowledge/documents.ts';
import { passageOf } from '../src/knowledge/passages.ts';
import { KnowledgeSearch } from '../src/knowledge/search.ts';
import { addSome } from '../src/knowledge/stored-passages.ts';
import { Vectors } from '../src/knowledge/vectors.ts';
import { Words } from '../src/knowledge/words.ts';
import { silentLog } from '../src/telemetry/log.ts';

/*
 * How long a question takes in documents of so many passages. After a build:
 *   node dist/bench/knowledge.js [--passages 100,1000,10000] [--database postgres://…]
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const passagesOfADocument = 50;
const askedTimes = 200;
const signal = new AbortController().signal;

/** Words as frequent as they are in a language: the second half as often as the first, and so on. */
const vocabulary = Array.from({ length: 6_000 }, () => {
  const syllables = ['ba', 'ker', 'mo', 'ra', 'tin', 'sul', 'dor', 'vel', 'ni', 'gra', 'po', 'lem'];
  const one = () => syllables[Math.floor(Math.random() * syllables.length)] ?? '';
  return Array.from({ length: 2 + Math.floor(Math.random() * 2) }, one).join('');
});
const word = () => vocabulary[Math.floor(Math.random() ** 3 * vocabulary.length)] ?? '';
const sentence = (words: number) => `${Array.from({ length: words }, word).join(' ')}.`;

type Times = { wallMs: number[]; cpuMs: number[] };

async function measure(database: Database, passages: number): Promise<Times> {
  const { db } = database;
  const words = await Words.open(database);
  const vectors = await Vectors.open(database);
  const embedding = builtInEmbedding;
  const search = new KnowledgeSearch({ db, words, vectors, embedding, log: silentLog });
  const documents = new Documents(db);
  const work = new DocumentWork(db);
  const nothing = () => Promise.resolve();
  const workspaceId = await ensureWorkspace(db, `bench ${randomUUID()}`, nothing);
  const { character } = await new Characters(db).create(workspaceId, { name: 'Bench' });
  for (let made = 0; made < passages; made += passagesOfADocument) {
    const content = Buffer.from(randomUUID());
    const { id } = await documents.add(workspaceId, { name: `${made}.txt`, kind: 'txt', content });
    const version = { id, workspaceId, revision: 1 };
    const texts = Array.from({ length: passagesOfADocument }, () => sentence(90));
    const embedded = {
      model: `${embedding.model}/256`,
      vectors: await embedding.embed(texts, { signal }),
    };
    const some = texts.map(passageOf);
    await addSome(db, vectors, version, { from: 0, passages: some, embedded });
    const { model } = embedded;
    await work.finish(version, { characters: 1, passages: texts.length, model });
    await documents.link(workspaceId, character.id, [{ id, isActive: true }]);
  }
  const of = { workspaceId, characterId: character.id };
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let asked = 0; asked < askedTimes; asked++) {
    const text = `${sentence(8).slice(0, -1)}?`;
    const began = performance.now();
    const cpu = process.cpuUsage();
    await search.find({ ...of, text }, { limit: 4, soon: signal });
    const { user, system } = process.cpuUsage(cpu);
    wallMs.push(performance.now() - began);
    cpuMs.push((user + system) / 1000);
  }
  const warm = (times: number[]) => times.slice(askedTimes / 10).sort((x, y) => x - y);
  return { wallMs: warm(wallMs), cpuMs: warm(cpuMs) };
}

const { values } = parseArgs({
  options: {
    passages: { type: 'string', default: '100,1000,10000' },
    database: { type: 'string' },
  },
});
process.stdout.write('| passages | median | 95 % | CPU, median |\n| ---: | ---: | ---: | ---: |\n');
for (const passages of values.passages.split(',').map(Number)) {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const migrationsDir = join(root, 'drizzle');
  const database = await openDatabase({
    ...{ url: values.database, dataDir, migrationsDir, log: silentLog },
  });
  const { wallMs, cpuMs } = await measure(database, passages);
  const at = (times: number[], share: number) =>
    `${(times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)} ms`;
  process.stdout.write(
    `| ${passages} | ${at(wallMs, 0.5)} | ${at(wallMs, 0.95)} | ${at(cpuMs, 0.5)} |\n`,
  );
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
}
