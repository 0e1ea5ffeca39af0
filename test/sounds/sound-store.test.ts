import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SoundStore } from '../../src/sounds/sound-store.ts';

describe('sounds on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-sounds-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const bytes = (length: number) => [new Uint8Array(length).fill(65)];
  /** Its length, as somebody hears it. */
  const hear = async (store: SoundStore, name: string) => {
    const sound = await store.open(name);
    await sound?.close();
    return sound?.bytes;
  };

  it('come back as they were kept, in part too', async () => {
    const store = new SoundStore(folder, 100);
    expect(await store.open('a')).toBeUndefined();
    await store.keep('a', [Buffer.from('hel'), Buffer.from('lo')]);
    const sound = await store.open('a');
    expect(sound?.bytes).toBe(5);
    expect(sound && (await text(sound.read({ start: 1, end: 3 })))).toBe('ell');
  });

  it('are at most so many bytes: the one longest unheard goes first', async () => {
    const store = new SoundStore(folder, 100);
    await store.keep('a', bytes(40));
    await store.keep('b', bytes(40));
    await hear(store, 'a');
    await store.keep('c', bytes(40));
    expect(await hear(store, 'b')).toBeUndefined();
    expect([await hear(store, 'a'), await hear(store, 'c')]).toEqual([40, 40]);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('can be heard right after they were kept, though there is room for less', async () => {
    const store = new SoundStore(folder, 100);
    await store.keep('a', bytes(40));
    await store.keep('b', bytes(200));
    expect([await hear(store, 'a'), await hear(store, 'b')]).toEqual([undefined, 200]);
    await store.keep('c', bytes(40));
    expect([await hear(store, 'b'), await hear(store, 'c')]).toEqual([undefined, 40]);
  });

  it('are read to their end though they go meanwhile', async () => {
    const store = new SoundStore(folder, 100);
    await store.keep('a', [Buffer.from('hello')]);
    const sound = await store.open('a');
    await store.forget(['a']);
    expect(await store.open('a')).toBeUndefined();
    expect(sound && (await text(sound.read({ start: 0, end: 4 })))).toBe('hello');
  });

  it('have a tag that stays while they are heard, and is another once they are made anew', async () => {
    const store = new SoundStore(folder, 100);
    const tagOf = async () => {
      const sound = await store.open('a');
      await sound?.close();
      return sound?.tag;
    };
    await store.keep('a', bytes(40));
    const tag = await tagOf();
    expect(await tagOf()).toBe(tag);
    expect(tag).toMatch(/^[\w-]+$/);
    await store.keep('a', bytes(41));
    expect(await tagOf()).not.toBe(tag);
  });

  it('are found by the next process, in their order, without what was left half written', async () => {
    const before = new SoundStore(folder, 100);
    for (const [name, heardAt] of [
      ['a', 2],
      ['b', 1],
    ] as const) {
      await before.keep(name, bytes(40));
      await utimes(join(folder, `${name}.wav`), heardAt, 1);
    }
    await writeFile(join(folder, 'x.half'), 'broken');
    await writeFile(join(folder, 'readme.txt'), 'of somebody else');
    const store = new SoundStore(folder, 100);
    expect(await store.names()).toEqual(['b', 'a']);
    await store.keep('c', bytes(40));
    expect((await readdir(folder)).sort()).toEqual(['a.wav', 'c.wav', 'readme.txt']);
  });

  it('are counted once however often they are kept', async () => {
    const store = new SoundStore(folder, 100);
    for (let n = 0; n < 5; n++) await store.keep('a', bytes(40));
    await store.keep('b', bytes(40));
    expect([await hear(store, 'a'), await hear(store, 'b')]).toEqual([40, 40]);
  });

  it('are not found where somebody else removed them', async () => {
    const store = new SoundStore(folder, 100);
    await store.keep('a', bytes(40));
    await rm(join(folder, 'a.wav'));
    expect(await store.open('a')).toBeUndefined();
    expect(await store.names()).toEqual([]);
  });

  it('have no name that is a path', async () => {
    const store = new SoundStore(folder, 100);
    await expect(store.keep('../x', bytes(1))).rejects.toThrow();
    expect(await store.open('../x')).toBeUndefined();
  });
});
