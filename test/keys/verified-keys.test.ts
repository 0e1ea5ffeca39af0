import { describe, expect, it } from 'vitest';
import { VerifiedKeys, type KeyHolder } from '../../src/keys/verified-keys.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const holder: KeyHolder = { workspaceId: 'w', keyId: 'k' };

function counted(answer: KeyHolder | undefined) {
  const find = () => {
    find.calls++;
    return Promise.resolve(answer);
  };
  find.calls = 0;
  return find;
}

describe('what was found out about keys', () => {
  it.each([holder, undefined])('is asked for once in a while (%o)', async (answer) => {
    const clock = new FakeClock();
    const known = new VerifiedKeys(clock, 5_000);
    const find = counted(answer);
    expect(await known.lookUp('hash', find)).toEqual(answer);
    await clock.advance(4_999);
    expect(await known.lookUp('hash', find)).toEqual(answer);
    expect(find.calls).toBe(1);
    await clock.advance(1);
    await known.lookUp('hash', find);
    expect(find.calls).toBe(2);
  });

  it('is forgotten at once when keys change', async () => {
    const known = new VerifiedKeys(new FakeClock());
    await known.lookUp('hash', counted(holder));
    known.clear();
    expect(await known.lookUp('hash', counted(undefined))).toBeUndefined();
  });

  it('is not kept when keys changed while it was found out', async () => {
    const known = new VerifiedKeys(new FakeClock());
    await known.lookUp('hash', () => {
      known.clear();
      return Promise.resolve(holder);
    });
    expect(await known.lookUp('hash', counted(undefined))).toBeUndefined();
  });

  it('is bounded: the one longest unused is forgotten first', async () => {
    const known = new VerifiedKeys(new FakeClock(), 5_000, 2);
    const [a, b, c] = [counted(holder), counted(holder), counted(holder)];
    await known.lookUp('a', a);
    await known.lookUp('b', b);
    await known.lookUp('a', a);
    await known.lookUp('c', c);
    expect(known.size).toBe(2);
    await known.lookUp('a', a);
    expect(a.calls).toBe(1);
    await known.lookUp('b', b);
    expect(b.calls).toBe(2);
  });

  it('is not kept when finding it out failed', async () => {
    const known = new VerifiedKeys(new FakeClock());
    const failing = known.lookUp('hash', () => Promise.reject(new Error('no database')));
    await expect(failing).rejects.toThrow('no database');
    expect(await known.lookUp('hash', counted(holder))).toEqual(holder);
  });
});
