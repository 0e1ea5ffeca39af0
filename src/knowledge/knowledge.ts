import type { Database } from '../db/db.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import type { Log } from '../telemetry/log.ts';
import { KnowledgeSearch } from './search.ts';
import { Vectors } from './vectors.ts';
import { Words } from './words.ts';

export type KnowledgeDeps = { embedding: Embedding; log: Log };

/** What characters can look up: opened with the tables that migrations cannot make, for they need extensions. */
export async function openKnowledge(database: Database, { embedding, log }: KnowledgeDeps) {
  const { db } = database;
  const words = await Words.open(database);
  const vectors = await Vectors.open(database);
  const search = new KnowledgeSearch({ db, words, vectors, embedding, log });
  return { search, vectors };
}
