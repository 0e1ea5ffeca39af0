import { describe, expect, it } from 'vitest';
import { arkitColumns } from '../../src/face/arkit.ts';
import { Rig } from '../../src/face/rig.ts';
import { closedMouth, visemeIndex, type Viseme } from '../../src/face/visemes.ts';
import { faceShape } from '../../web/src/face-shape.ts';

function said(viseme: Viseme): number[] {
  const weights = closedMouth().fill(0);
  weights[visemeIndex(viseme)] = 1;
  return Rig.of('arkit').frame(weights, 1, { blink: 0, brows: 0, yaw: 0, pitch: 0, roll: 0 });
}

/** How wide and how high the drawn mouth is. */
function size(frame: number[] | undefined): { width: number; height: number } {
  const numbers =
    faceShape(frame)
      .mouth.match(/-?\d+(\.\d+)?/g)
      ?.map(Number) ?? [];
  const [left = 0, , , upper = 0, , , right = 0, , , lower = 0] = numbers;
  return { width: right - left, height: (lower - upper) * 0.75 };
}

describe('the drawn mouth', () => {
  it('is nearly a line at rest and for [p]', () => {
    expect(size(undefined).height).toBeLessThan(1);
    expect(size(said('pp')).height).toBeLessThan(3);
  });

  it('is high for [a], narrow for [u], wide for [i]', () => {
    expect(size(said('aa')).height).toBeGreaterThan(12);
    expect(size(said('ou')).width).toBeLessThan(size(undefined).width * 0.75);
    expect(size(said('ih')).width).toBeGreaterThan(size(undefined).width);
  });

  it('blinks with the columns of the server', () => {
    const frame = said('sil');
    frame[arkitColumns.indexOf('EyeBlinkRight')] = 1;
    expect(faceShape(frame).eyes).toEqual([1, 0]);
  });
});
