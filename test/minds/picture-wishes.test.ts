import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WrittenTurns } from '../../src/chats/written-turns.ts';
import { PictureWishes } from '../../src/minds/picture-wishes.ts';
import { aTurn, Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';

const plugins = [{ enabled: true, name: 'text_to_image_plugin' }];
const character = { name: '小婉', backstory: '小婉今年17岁。' };

describe('a wish for a picture', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterAll(() => storage.database.close());

  async function scene(words: string) {
    const of = await storage.conversation();
    const turn = aTurn({ origin: 'text', userText: words });
    const wishes = new PictureWishes({ work: storage.imageWork });
    const wish = { workspaceId: of.workspaceId, turnId: turn.id, words, character, plugins };
    const written = new WrittenTurns(storage.database.db);
    const keep = (then: () => Promise<void> = () => Promise.resolve()) =>
      written.keep(of, turn, {
        after: async (tx) => {
          await wishes.note(wish, tx);
          await then();
        },
      });
    const found = () => storage.imageWork.find(of.workspaceId, turn.id);
    return { keep, found, history: () => storage.turns.history(of, 5) };
  }

  it('is stored with its turn, so that no death in between loses it', async () => {
    const { keep, found } = await scene('画一张你骑马的图');
    await keep();
    expect(await found()).toMatchObject({ state: 'waiting' });
  });

  it('is gone where its turn was not stored', async () => {
    const { keep, found, history } = await scene('画一张你骑马的图');
    await expect(keep(() => Promise.reject(new Error('it ended')))).rejects.toThrow('it ended');
    expect([await found(), await history()]).toEqual([undefined, []]);
  });

  it('is none where the words ask for nothing', async () => {
    const { keep, found, history } = await scene('你好');
    await keep();
    expect(await found()).toBeUndefined();
    expect(await history()).toHaveLength(1);
  });
});
