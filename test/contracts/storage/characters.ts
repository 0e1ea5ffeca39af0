import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { gallery, plantSeeds } from '../../../src/characters/plant-seeds.ts';
import type { CharacterChange } from '../../../src/characters/character-fields.ts';
import { seeds } from '../../../src/characters/seeds.ts';
import { characters } from '../../../src/db/schema.ts';
import { aCharacter } from '../../fakes/a-character.ts';
import type { Storage } from './storage.ts';

export function charactersContract(storage: () => Storage): void {
  describe('characters', () => {
    it('gives a new workspace the seeded ones, in order', async () => {
      const { workspaceId } = await storage().workspace();
      const listed = await storage().characters.list(workspaceId);
      expect(listed).toMatchObject([
        ...seeds.map((seed, i) => ({ ...seed, number: 101 + i })),
        ...gallery.map(({ number, name, greeting }) => ({ number, name, greeting })),
      ]);
    });

    it('does not bring back one that was deleted', async () => {
      const { workspaceId, characterId } = await storage().workspace();
      const { db } = storage().database;
      await db.delete(characters).where(eq(characters.id, characterId));
      await plantSeeds(db, workspaceId);
      expect(await storage().characters.list(workspaceId)).toHaveLength(
        seeds.length + gallery.length - 1,
      );
    });

    it('finds one by its id, in its own workspace only', async () => {
      const mine = await storage().workspace();
      const theirs = await storage().workspace();
      const { characters: found } = storage();
      expect(await found.get(mine.workspaceId, mine.characterId)).toMatchObject({
        id: mine.characterId,
        name: seeds[0]?.name,
      });
      expect(await found.get(theirs.workspaceId, mine.characterId)).toBeUndefined();
    });

    it.each([randomUUID(), '', 'no-id', "' or 1=1", '\0', 'ü'.repeat(1_000), '0', '99999999999'])(
      'finds none for %j',
      async (id) => {
        const { workspaceId } = await storage().workspace();
        expect(await storage().characters.get(workspaceId, id)).toBeUndefined();
      },
    );

    it('is found by its number and by its id without dashes, in its own workspace only', async () => {
      const { workspaceId, characterId } = await storage().workspace();
      const { characters: all } = storage();
      const { number } = (await all.get(workspaceId, characterId)) ?? { number: 0 };
      for (const ref of [number, String(number), characterId.replaceAll('-', ''), characterId])
        expect(await all.get(workspaceId, ref)).toMatchObject({ id: characterId });
      const other = await storage().workspace();
      expect(await all.get(other.workspaceId, number)).not.toMatchObject({ id: characterId });
    });

    it('keeps everything that is written of one, and what was not written at its default', async () => {
      const { workspaceId } = await storage().workspace();
      const made = await storage().characters.create(workspaceId, everything);
      const { character, ...about } = made;
      expect({ ...character, ...about }).toMatchObject(everything);
      expect(await storage().characters.read(workspaceId, character.id)).toEqual(made);
      const plain = await storage().characters.create(workspaceId, { name: 'Plain' });
      expect(plain).toMatchObject({ version: 1, listing: 'unlisted', convai: {} });
      expect(plain.character).toEqual(
        aCharacter({ id: plain.character.id, number: plain.character.number, name: 'Plain' }),
      );
    });

    it('changes what is given and nothing else, and says so by its version', async () => {
      const { workspaceId } = await storage().workspace();
      const { characters: all } = storage();
      const { character } = await all.create(workspaceId, everything);
      const changed = await all.update(workspaceId, character.id, {
        temperature: null,
        convai: { listing: 'public' },
      });
      expect(changed?.version).toBe(2);
      expect(changed?.character).toEqual({ ...character, temperature: null });
      expect(changed?.convai).toEqual({ ...everything.convai, listing: 'public' });
      expect(changed?.xingchen).toEqual(everything.xingchen);
    });

    it('refuses a change made on an older version, whoever comes second', async () => {
      const { workspaceId, characterId } = await storage().workspace();
      const { characters: all } = storage();
      const results = await Promise.allSettled(
        ['first', 'second'].map((greeting) =>
          all.update(workspaceId, characterId, { greeting }, 1),
        ),
      );
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = results.find((result) => result.status === 'rejected');
      expect(refused?.reason).toMatchObject({ status: 412, currentVersion: 2 });
      expect((await all.read(workspaceId, characterId))?.version).toBe(2);
    });

    it('neither changes, clones nor deletes one of another workspace', async () => {
      const mine = await storage().workspace();
      const other = await storage().workspace();
      const { characters: all } = storage();
      const theirs = [other.workspaceId, mine.characterId] as const;
      expect(await all.update(...theirs, { name: 'Stolen' })).toBeUndefined();
      expect(await all.clone(...theirs)).toBeUndefined();
      expect(await all.delete(...theirs)).toBe(false);
      expect(await all.get(mine.workspaceId, mine.characterId)).toMatchObject({
        name: seeds[0]?.name,
      });
    });

    it('clones all that is kept of one under an id and a number of its own', async () => {
      const { workspaceId } = await storage().workspace();
      const { characters: all } = storage();
      const original = await all.create(workspaceId, everything);
      const copy = await all.clone(workspaceId, original.character.id);
      const { id, number } = copy?.character ?? original.character;
      expect(id).not.toBe(original.character.id);
      expect(number).not.toBe(original.character.number);
      expect(copy?.character).toEqual({ ...original.character, id, number });
      expect(copy).toMatchObject({ convai: everything.convai, aiChat: everything.aiChat });
    });

    it('never gives the number of one that was deleted to another', async () => {
      const { workspaceId } = await storage().workspace();
      const { characters: all } = storage();
      const first = await all.create(workspaceId, { name: 'First' });
      expect(await all.delete(workspaceId, first.character.id)).toBe(true);
      expect(await all.delete(workspaceId, first.character.id)).toBe(false);
      const second = await all.create(workspaceId, { name: 'Second' });
      expect(second.character.number).toBe(first.character.number + 1);
    });

    it('gives several that are made at once numbers of their own', async () => {
      const { workspaceId } = await storage().workspace();
      const made = await Promise.all(
        ['a', 'b', 'c'].map((name) => storage().characters.create(workspaceId, { name })),
      );
      expect(new Set(made.map(({ character }) => character.number)).size).toBe(3);
    });

    it('knows when one was last talked with', async () => {
      const { workspaceId, characterId } = await storage().conversation();
      const [first, second] = await storage().characters.listRecords(workspaceId);
      expect(first?.character.id).toBe(characterId);
      expect(first?.lastInteractedAt).toBeInstanceOf(Date);
      expect(second?.lastInteractedAt).toBeNull();
    });

    it.each<[string, CharacterChange]>([
      ['an empty name', { name: '  ' }],
      ['a name too long', { name: 'x'.repeat(201) }],
      ['a backstory too long', { backstory: 'x'.repeat(60_001) }],
      ['a language that is none', { language: 'English (US)' }],
      ['too hot a temperature', { temperature: 2.1 }],
      ['a trait that is none', { personality: { openness: 5 } }],
      ['too much of a dialect', { convai: { text: 'x'.repeat(70_000) } }],
      ['too much altogether', { backstory: '字'.repeat(60_000), boundaries: '字'.repeat(60_000) }],
    ])('refuses %s, and changes nothing', async (_, change) => {
      const { workspaceId, characterId } = await storage().workspace();
      const { characters: all } = storage();
      await expect(all.update(workspaceId, characterId, change)).rejects.toMatchObject({
        status: 422,
      });
      await expect(
        all.create(workspaceId, { ...change, name: change.name ?? 'X' }),
      ).rejects.toMatchObject({
        status: 422,
      });
      expect((await all.read(workspaceId, characterId))?.version).toBe(1);
    });

    it('bounds what a dialect gathers over many changes', async () => {
      const { workspaceId, characterId } = await storage().workspace();
      const add = (key: string) =>
        storage().characters.update(workspaceId, characterId, {
          xingchen: { [key]: 'x'.repeat(40_000) },
        });
      await add('first');
      await expect(add('second')).rejects.toMatchObject({ status: 422 });
    });
  });
}

/** Every field with a value that is not its default. */
const everything = {
  name: 'Raymond',
  backstory: 'Raymond collects islands.',
  greeting: 'Ah, you again.',
  voice: 'onyx',
  language: 'en-GB',
  languages: ['en-GB', 'de-DE'],
  pronunciations: [{ word: 'OCMO', sayAs: 'aukmo', ipa: 'ɔkmow' }],
  boostedWords: ['Skerry'],
  model: 'gpt-4o',
  temperature: 0.42,
  reasoningEffort: 'low',
  personality: { openness: 4, sensitivity: 0 },
  speakingStyle: 'Dry.',
  sampleDialogue: '{{user}}: Hello.\n{{char}}: If you say so.',
  catchPhrases: ['As it were.'],
  objective: 'Sell an island.',
  actions: ['wave', 'bow'],
  boundaries: 'Never talk about politics.',
  blockedWords: ['darn'],
  moderation: { enabled: true, filters: ['violence'] },
  memoryEnabled: false,
  historyTurns: 20,
  description: 'A collector.',
  picture: 'https://example.com/raymond.png',
  listing: 'public',
  convai: { model_type: 'RPM-3D', state_names: ['idle'] },
  xingchen: { type: 'virtual' },
  aiChat: { tags: '["islands"]' },
};
