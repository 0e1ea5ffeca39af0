import type { KnowledgeSearch } from '../knowledge/search.ts';
import { deadline } from '../lifetime/deadline.ts';
import type { Clock } from '../lifetime/clock.ts';
import { recallDeadline, type Material } from '../protocol/material.ts';
import { plainText } from '../protocol/plain-text.ts';
import type { RecallSource } from './recall.ts';

/** Passages for one answer: of about 700 letters each, they cost the model 700 tokens. */
const mostPassages = 4;

/** Passages of the character's documents. */
export function knowledgeSource(
  search: Pick<KnowledgeSearch, 'hasDocuments' | 'find'>,
  clock: Clock,
): RecallSource {
  return {
    hasAny: ({ workspaceId, characterId }) => search.hasDocuments(workspaceId, characterId),
    async find({ workspaceId, characterId }, { text }, signal): Promise<Material[]> {
      const soon = deadline(clock, 'embedding a question', recallDeadline.serverMs, signal);
      try {
        const about = { workspaceId, characterId, text: plainText(text) };
        const found = await search.find(about, { limit: mostPassages, soon: soon.signal });
        return found.map(({ passageId, ...rest }) => ({
          source: 'knowledge' as const,
          id: passageId,
          ...rest,
        }));
      } finally {
        soon.clear();
      }
    },
  };
}
