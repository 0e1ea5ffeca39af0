import type { Characters } from '../characters/characters.ts';
import { termsOf } from '../knowledge/terms.ts';
import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';
import { mostOfPerson, type Memories } from '../memory/memories.ts';
import type { Memory } from '../memory/memory.ts';
import { recallDeadline, type Material } from '../protocol/material.ts';
import type { Speakers } from '../speakers/speakers.ts';
import type { FactVectors } from './fact-vectors.ts';
import type { RecallScope, RecallSource } from './recall.ts';

export type MemorySourceDeps = {
  memories: Pick<Memories, 'foremost' | 'hasAny'>;
  speakers: Pick<Speakers, 'personOf'>;
  vectors: FactVectors;
  /** Under which a fact has nothing to do with a question; undefined where that is not known of the model. */
  leastCosine: number | undefined;
  clock: Clock;
  characters: Pick<Characters, 'readIn'>;
};

const mostFacts = 4;
/** For a model of which nothing is known; most put unrelated texts below it. */
const usualLeastCosine = 0.25;

/** What a character remembers of the person who speaks, as far as it has to do with what they say. */
export function memorySource(deps: MemorySourceDeps): RecallSource {
  const { memories, speakers, vectors, characters, clock } = deps;
  const remembers = async ({ remembers: session, workspaceId, conversationId }: RecallScope) =>
    session &&
    ((await characters.readIn(workspaceId, conversationId))?.character.memoryEnabled ?? false);
  return {
    // Others than who began it may come into a session, so it is not asked for whom.
    hasAny: async (scope) =>
      (await memories.hasAny(scope.workspaceId, scope.characterId)) && remembers(scope),
    async find(scope, { text, speakerId }, signal): Promise<Material[]> {
      const given = speakerId ?? scope.endUserId;
      if (given === null || !(await remembers(scope))) return [];
      const { workspaceId, characterId } = scope;
      const personId = await speakers.personOf(workspaceId, given);
      const facts = await memories.foremost({ workspaceId, characterId, personId }, mostOfPerson);
      if (facts.length === 0 || text.trim() === '') return [];
      const soon = deadline(clock, 'embedding a question', recallDeadline.serverMs, signal);
      const texts = facts.map((fact) => fact.text);
      const near = await vectors
        .nearness(text, texts, soon.signal)
        // Slow or down: the words alone tell something too.
        .catch((): undefined[] => [])
        .finally(() => {
          soon.clear();
        });
      return best(facts, (index) => near[index], text, deps.leastCosine ?? usualLeastCosine);
    },
  };
}

function best(
  facts: readonly Memory[],
  nearness: (index: number) => number | undefined,
  question: string,
  leastCosine: number,
): Material[] {
  const asked = new Set(termsOf(question));
  return facts
    .map((fact, index) => {
      const shared = termsOf(fact.text).filter((term) => asked.has(term)).length;
      const words = asked.size === 0 ? 0 : shared / asked.size;
      const cosine = nearness(index) ?? 0;
      return { fact, score: Math.max(words, cosine >= leastCosine ? cosine : 0) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, mostFacts)
    .map(({ fact, score }) => ({
      source: 'memory',
      id: fact.id,
      title: '',
      text: fact.text,
      score,
    }));
}
