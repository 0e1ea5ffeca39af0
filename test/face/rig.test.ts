import { describe, expect, it } from 'vitest';
// The package's own entry for these imports files without their endings, which Node does not find.
import { ARKIT_ORDER_61 } from '../../node_modules/@convai/web-sdk/dist/lipsync-helpers/arkitOrder61.js';
import { METAHUMAN_ORDER_251 } from '../../node_modules/@convai/web-sdk/dist/lipsync-helpers/metahumanOrder251.js';
import { arkitColumns } from '../../src/face/arkit.ts';
import { metahumanColumns } from '../../src/face/metahuman.ts';
import { Rig, type FaceFormat } from '../../src/face/rig.ts';
import { closedMouth, visemeIndex, visemes, type Viseme } from '../../src/face/visemes.ts';

const atRest = { blink: 0, brows: 0, yaw: 0, pitch: 0, roll: 0 };

function said(format: FaceFormat, viseme: Viseme, life = atRest): number[] {
  const weights = closedMouth().fill(0);
  weights[visemeIndex(viseme)] = 1;
  return Rig.of(format).frame(weights, 1, life);
}
const arkit = (frame: number[], name: string) => frame[arkitColumns.indexOf(name)];
const metahuman = (frame: number[], name: string) => frame[metahumanColumns.indexOf(name)];

describe('a face', () => {
  it('has its columns in the order in which the web SDK reads them', () => {
    expect(arkitColumns).toEqual(ARKIT_ORDER_61);
    expect(metahumanColumns.map((name) => `CTRL_expressions_${name}`)).toEqual(METAHUMAN_ORDER_251);
  });

  it('opens the jaw for [a], rounds the lips for [u], and presses them for [p]', () => {
    expect(arkit(said('arkit', 'aa'), 'JawOpen')).toBeGreaterThan(0.4);
    expect(arkit(said('arkit', 'ou'), 'MouthPucker')).toBeGreaterThan(0.5);
    expect(arkit(said('arkit', 'pp'), 'JawOpen')).toBe(0);
    expect(arkit(said('arkit', 'pp'), 'MouthPressLeft')).toBeGreaterThan(0.2);
    expect(metahuman(said('mha', 'aa'), 'jawOpen')).toBeGreaterThan(0.3);
    expect(metahuman(said('mha', 'ou'), 'mouthLipsPurseUR')).toBeGreaterThan(0.5);
    expect(metahuman(said('mha', 'pp'), 'jawOpen')).toBe(0);
    expect(metahuman(said('mha', 'pp'), 'mouthLipsTogetherDL')).toBeGreaterThan(0.4);
  });

  it.each(['arkit', 'mha'] as const)('of %s is at rest in silence', (format) => {
    expect(said(format, 'sil').every((value) => value === 0)).toBe(true);
  });

  it('of visemes is their weights in order', () => {
    expect(said('visemes', 'oh')).toEqual(visemes.map((viseme) => (viseme === 'oh' ? 1 : 0)));
  });

  it('is even on both sides', () => {
    for (const viseme of visemes) {
      const frame = said('arkit', viseme);
      for (const [column, name] of arkitColumns.entries()) {
        if (!/Left$/.test(name) || /^(Jaw|Mouth)Left$/.test(name)) continue;
        expect(arkit(frame, name.replace(/Left$/, 'Right')), name).toBe(frame[column]);
      }
    }
  });

  it('stays within its range, to a thousandth', () => {
    const life = { blink: 2, brows: 3, yaw: -0.12345, pitch: 0.5, roll: -9 };
    const frame = said('arkit', 'aa', life);
    expect(arkit(frame, 'EyeBlinkLeft')).toBe(1);
    expect(arkit(frame, 'HeadYaw')).toBe(-0.123);
    expect(arkit(frame, 'HeadRoll')).toBe(-1);
    expect(said('mha', 'aa', life).every((value) => value >= 0 && value <= 1)).toBe(true);
  });
});
