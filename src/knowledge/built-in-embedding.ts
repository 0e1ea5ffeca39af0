import { embed } from '../offline/embedding.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';

/** More make search slower, fewer let different words meet in one place (docs/knowledge.md has the measurement). */
const dimensions = 256;
/** Texts between which other work of the process gets its turn. */
const textsAtOnce = 16;

/**
 * The embedded provider's own, without its process: a query's vector takes less time than asking for it would. The
 * version in its name grows when the vectors of a text change, so that stored ones are made anew.
 */
export const builtInEmbedding: Embedding = {
  model: 'parley-words-2',
  leastCosine: 0.1,
  async embed(texts, { signal }) {
    const vectors: number[][] = [];
    for (const text of texts) {
      signal.throwIfAborted();
      if (vectors.length % textsAtOnce === textsAtOnce - 1) await new Promise(setImmediate);
      vectors.push([...embed(text, dimensions)]);
    }
    return vectors;
  },
};
