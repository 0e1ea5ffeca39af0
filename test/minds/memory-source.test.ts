import { describe, expect, it } from 'vitest';
import type { CharacterRecord } from '../../src/characters/character-record.ts';
import { builtInEmbedding } from '../../src/knowledge/built-in-embedding.ts';
import type { Memory, Person } from '../../src/memory/memory.ts';
import { FactVectors } from '../../src/minds/fact-vectors.ts';
import { memorySource } from '../../src/minds/memory-source.ts';
import type { Character } from '../../src/protocol/character.ts';
import type { Embedding } from '../../src/providers/embedding/embedding.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const scope = {
  ...{ workspaceId: 'w', characterId: 'c', conversationId: 'k', endUserId: 'ann' },
  remembers: true,
};
const known: Partial<Record<string, string[]>> = {
  ann: ["The user's dog is called Rex.", 'The user likes green tea.', '用户住在北京。'],
  ben: ["The user's dog is called Fido."],
};

function source({
  embedding = builtInEmbedding,
  memoryEnabled = true,
}: { embedding?: Embedding; memoryEnabled?: boolean } = {}) {
  const clock = new FakeClock();
  const failed: unknown[] = [];
  const asked: Person[] = [];
  const made = memorySource({
    memories: {
      hasAny: () => Promise.resolve(true),
      foremost: (person) => {
        asked.push(person);
        return Promise.resolve((known[person.personId] ?? []).map(memory));
      },
    },
    speakers: { personOf: (_workspaceId, given) => Promise.resolve(given) },
    characters: {
      readIn: (workspaceId, conversationId) =>
        Promise.resolve(
          workspaceId === scope.workspaceId && conversationId === scope.conversationId
            ? aRecord(aCharacter({ memoryEnabled }))
            : undefined,
        ),
    },
    vectors: new FactVectors({ embedding, clock, onFailed: (err) => failed.push(err) }),
    ...{ leastCosine: embedding.leastCosine, clock },
  });
  return { ...made, clock, failed, asked };
}

function aRecord(character: Character): CharacterRecord {
  const at = new Date(0);
  return {
    ...{ character, description: '', picture: null, listing: 'unlisted', version: 1 },
    ...{ convai: {}, xingchen: {}, aiChat: {} },
    ...{ createdAt: at, updatedAt: at, lastInteractedAt: null },
  };
}

function memory(text: string, index: number): Memory {
  const at = new Date(0);
  return {
    ...{ id: String(index), text, key: null, importance: 2, metadata: null },
    ...{ conversationId: null, turnId: null, saidAt: at, createdAt: at, updatedAt: at },
  };
}
const { signal } = new AbortController();
const texts = (found: { text: string }[]) => found.map(({ text }) => text);

describe('what is remembered of who speaks', () => {
  it('is found by what they say, and is theirs alone', async () => {
    const memories = source();
    const query = { text: 'Do you know what my dog is called?', speakerId: 'ben' };
    expect(texts(await memories.find(scope, query, signal))).toEqual([
      "The user's dog is called Fido.",
    ]);
    const [first] = await memories.find(scope, { ...query, speakerId: null }, signal);
    expect(first?.text).toBe("The user's dog is called Rex.");
    expect(await memories.find(scope, { ...query, speakerId: 'nobody' }, signal)).toEqual([]);
    expect(memories.asked.every((person) => person.workspaceId === 'w')).toBe(true);
  });

  it('is found in Chinese', async () => {
    const found = await source().find(scope, { text: '我住在哪里？', speakerId: 'ann' }, signal);
    expect(texts(found)[0]).toBe('用户住在北京。');
  });

  it('is found by its words when there are no vectors', async () => {
    const embed = () => Promise.reject(new Error('down'));
    const memories = source({ embedding: { model: 'down', leastCosine: undefined, embed } });
    const found = await memories.find(scope, { text: 'the tea', speakerId: 'ann' }, signal);
    expect(texts(found)).toEqual(['The user likes green tea.']);
  });

  it.each([
    ['the character', { memoryEnabled: false }, true],
    ['the session', {}, false],
  ])('is nothing where %s shall not remember', async (_who, options, remembers) => {
    const memories = source(options);
    const of = { ...scope, remembers };
    expect(await memories.find(of, { text: 'my dog', speakerId: 'ann' }, signal)).toEqual([]);
    expect(await memories.hasAny(of)).toBe(false);
  });

  it('is nothing of a stranger', async () => {
    const of = { ...scope, endUserId: null };
    expect(await source().find(of, { text: 'my dog', speakerId: null }, signal)).toEqual([]);
  });
});
