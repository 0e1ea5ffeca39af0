import { describe, expect, it } from 'vitest';
import { Reframer } from '../../src/audio/reframe.ts';

const counting = (from: number, length: number) => Int16Array.from({ length }, (_, i) => from + i);

describe('Reframer', () => {
  it('cuts pieces of any length into equal frames and loses no sample', () => {
    const reframer = new Reframer(320);
    const out: number[] = [];
    let sent = 0;
    for (const length of [1, 319, 320, 1_000, 0, 7, 640, 33]) {
      for (const frame of reframer.push(counting(sent, length))) {
        expect(frame.length).toBe(320);
        out.push(...frame);
      }
      sent += length;
    }
    expect(reframer.waitingSamples).toBe(sent % 320);
    out.push(...reframer.flush());
    expect(out).toEqual([...counting(0, sent)]);
    expect(reframer.waitingSamples).toBe(0);
  });

  it('gives views of a piece that holds whole frames', () => {
    const piece = counting(0, 640);
    for (const frame of new Reframer(320).push(piece)) expect(frame.buffer).toBe(piece.buffer);
  });

  it('never changes a frame that it handed out', () => {
    const reframer = new Reframer(4);
    reframer.push(counting(0, 3));
    const [first] = reframer.push(counting(3, 3));
    reframer.push(counting(6, 6));
    expect(first).toEqual(counting(0, 4));
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses frames of %d samples', (frameSamples) => {
    expect(() => new Reframer(frameSamples)).toThrow(RangeError);
  });
});
