import { describe, expect, it } from 'vitest';
import { FrameRing } from '../../src/sight/frame-ring.ts';
import { SeenFrame } from '../../src/sight/seen-frame.ts';
import { settle } from '../fakes/fake-clock.ts';
import { FakeFrame, numbers } from './scenes.ts';

function filled(capacity: number, ...raws: FakeFrame[]): FrameRing {
  const ring = new FrameRing(capacity);
  for (const raw of raws) ring.push(new SeenFrame(raw, raw.number, 0, 768));
  return ring;
}
const raws = (count: number, bytes?: number) =>
  Array.from({ length: count }, (_, i) => new FakeFrame(i + 1, bytes));
const rawBytes = (ring: FrameRing) =>
  ring.frames.reduce((sum, { rawBytes: bytes }) => sum + bytes, 0);

describe('a buffer of frames', () => {
  it('keeps the newest, and encodes none that nobody looks at', () => {
    const all = raws(9);
    const ring = filled(5, ...all);
    expect(numbers(ring.frames)).toEqual([5, 6, 7, 8, 9]);
    expect(all.map(({ encoded }) => encoded)).toEqual(Array(9).fill(0));
  });

  it('holds at most 8 MiB as they came: older ones become pictures', async () => {
    const ring = new FrameRing(120);
    for (const raw of raws(120)) {
      ring.push(new SeenFrame(raw, raw.number, 0, 768));
      await settle();
      expect(rawBytes(ring)).toBeLessThanOrEqual(8_388_608);
    }
    expect(ring.frames).toHaveLength(120);
  });

  it('loses frames rather than memory when encoding cannot keep up', () => {
    const ring = filled(120, ...raws(100));
    expect(ring.frames.length).toBeLessThan(10);
    expect(ring.frames.at(-1)?.pts).toBe(100);
  });

  it('keeps the newest however large it is', () => {
    expect(filled(5, new FakeFrame(1, 50_000_000)).frames).toHaveLength(1);
  });

  it('forgets what cannot be encoded', async () => {
    const ring = filled(5, new FakeFrame(1, 6_000_000, true), new FakeFrame(2, 6_000_000));
    await settle();
    expect(numbers(ring.frames)).toEqual([2]);
  });
});

describe('a frame', () => {
  it('is encoded once, and is then no more than its picture', async () => {
    const raw = new FakeFrame(7);
    const frame = new SeenFrame(raw, 1, 0, 768);
    expect(frame.rawBytes).toBe(raw.bytes);
    const [one, other] = await Promise.all([frame.picture(), frame.picture()]);
    await settle();
    expect(one).toBe(other);
    expect(raw.encoded).toBe(1);
    expect(frame.rawBytes).toBe(0);
  });

  it('counts as many tokens as OpenAI says for its size', () => {
    // 768 x 432: two tiles of 512.
    expect(new SeenFrame(new FakeFrame(1), 1, 0, 768).tokens).toBe(85 + 2 * 170);
    expect(new SeenFrame(new FakeFrame(1), 1, 0, 512).tokens).toBe(85 + 170);
  });
});
