import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
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

  it('come back as they were kept, in part too', async () => {
    const store = new SoundStore(folder, 100);
    expect(await store.find('a')).toBeUndefined();
    await store.keep('a', [Buffer.from('hel'), Buffer.from('lo')]);
    expect(await store.find('a')).toBe(5);
    expect(await text(store.read('a', { start: 1, end: 3 }))).toBe('ell');
  });

  it('are at most so many bytes: the one longest unheard goes first', async () => {
    const store = new SoundStore(folder, 100);
    for (const [name, at] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      await store.keep(name, bytes(40));
      await utimes(join(folder, `${name}.wav`), at, at);
    }
    await store.find('a');
    await store.keep('c', bytes(40));
    expect(await store.find('b')).toBeUndefined();
    expect([await store.find('a'), await store.find('c')]).toEqual([40, 40]);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('are forgotten by the beginning of their name', async () => {
    const store = new SoundStore(folder, 100);
    await store.keep('aa-1', bytes(1));
    await store.keep('ab-1', bytes(1));
    await store.forget(['aa']);
    expect(await store.find('aa-1')).toBeUndefined();
    expect(await store.find('ab-1')).toBe(1);
  });

  it('have no name that is a path', async () => {
    const store = new SoundStore(folder, 100);
    await expect(store.keep('../x', bytes(1))).rejects.toThrow();
  });
});
