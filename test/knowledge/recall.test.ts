import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Characters } from '../../src/characters/characters.ts';
import type { Database } from '../../src/db/db.ts';
import { ensureWorkspace } from '../../src/keys/workspaces.ts';
import { builtInEmbedding } from '../../src/knowledge/built-in-embedding.ts';
import { Knowledge } from '../../src/knowledge/knowledge.ts';
import { readPassages } from '../../src/knowledge/read-passages.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { labelledSet } from './labelled-set.ts';

let database: Database;
let knowledge: Knowledge;
let of: { workspaceId: string; characterId: string };

beforeAll(async () => {
  database = await newDatabase();
  knowledge = await Knowledge.open(database, {
    embedding: builtInEmbedding,
    extract: readPassages,
    clock: systemClock,
    log: silentLog,
  });
  const nothing = () => Promise.resolve();
  const workspaceId = await ensureWorkspace(database.db, `recall ${randomUUID()}`, nothing);
  const { character } = await new Characters(database.db).create(workspaceId, { name: 'Tilda' });
  of = { workspaceId, characterId: character.id };
  const { documents } = knowledge;
  for (const { name, text } of labelledSet) {
    const { id } = await documents.add(workspaceId, {
      name,
      kind: 'txt',
      content: Buffer.from(text),
    });
    await documents.link(workspaceId, character.id, [{ id, isActive: true }]);
  }
  const isReady = async () =>
    (await documents.list(workspaceId)).every(({ state }) => state === 'ready');
  while (!(await isReady())) await new Promise(setImmediate);
}, 120_000);
afterAll(async () => {
  await knowledge.close();
  await database.close();
});

/** Places, from 1, at which the right document was found; undefined: not among them. */
async function placesOf(): Promise<{ question: string; place: number | undefined }[]> {
  const soon = new AbortController().signal;
  const places = [];
  for (const { name, questions } of labelledSet) {
    for (const question of questions) {
      const found = await knowledge.search.find({ ...of, text: question }, { limit: 10, soon });
      const at = found.findIndex(({ title }) => title === name);
      places.push({ question, place: at < 0 ? undefined : at + 1 });
    }
  }
  return places;
}

describe('sixty questions over thirty documents in two languages', () => {
  it('find the right one among the first three, nine times in ten at least', async () => {
    expect(labelledSet).toHaveLength(30);
    const places = await placesOf();
    const within = (most: number) => places.filter(({ place = 99 }) => place <= most).length / 60;
    const missed = places.filter(({ place = 99 }) => place > 3);
    console.info(
      `recall@1 ${within(1).toFixed(3)}, recall@3 ${within(3).toFixed(3)}`,
      missed.map(({ question }) => question),
    );
    expect(within(3)).toBeGreaterThanOrEqual(0.9);
  });
});
