import type { FaceFrame } from './face-player.ts';

/** Columns of ARKit's order that a simple face has a use for. */
const column = {
  eyeBlinkLeft: 0,
  eyeBlinkRight: 7,
  jawOpen: 17,
  mouthFunnel: 19,
  mouthPucker: 20,
  mouthSmile: 23,
  mouthStretch: 29,
  mouthRollLower: 31,
  mouthPress: 35,
  mouthLowerDown: 37,
  mouthUpperUp: 39,
  browInnerUp: 43,
  headYaw: 52,
  headPitch: 53,
  headRoll: 54,
} as const;

/** What is drawn, in a box from -50 to 50. */
export type FaceShape = {
  mouth: string;
  /** 1 open, 0 shut. */
  eyes: readonly [left: number, right: number];
  brows: number;
  head: { x: number; y: number; degrees: number };
};

const atRest = { halfWidth: 11, y: 13 } as const;

/** @param frame undefined for a face at rest */
export function faceShape(frame: FaceFrame | undefined): FaceShape {
  const at = (name: keyof typeof column) => frame?.[column[name]] ?? 0;
  return {
    mouth: mouthPath(at),
    eyes: [1 - at('eyeBlinkLeft'), 1 - at('eyeBlinkRight')],
    brows: -14 * at('browInnerUp'),
    head: {
      x: 120 * at('headYaw'),
      y: 120 * at('headPitch'),
      degrees: 180 * at('headRoll'),
    },
  };
}

/** Two curves from corner to corner: a lens that opens with the jaw and narrows as lips are rounded. */
function mouthPath(at: (name: keyof typeof column) => number): string {
  const round = 0.55 * at('mouthFunnel') + 0.75 * at('mouthPucker');
  const wide = 0.9 * at('mouthStretch') + 0.7 * at('mouthSmile');
  const halfWidth = atRest.halfWidth * Math.max(0.35, 1 + wide * 0.5 - round * 0.75);
  const pressed = Math.min(1, at('mouthPress') * 2 + at('mouthRollLower'));
  const open = at('jawOpen') * 26 + (at('mouthLowerDown') + at('mouthUpperUp')) * 5 + round * 5;
  const height = open * (1 - 0.8 * pressed);
  const corner = atRest.y - 2 * at('mouthSmile') + height * 0.18;
  // A curve reaches three quarters of the way to its control points; lips at rest smile a little.
  const upper = corner + 1.4 * (1 - Math.min(1, height / 4)) - height * 0.42;
  const lower = corner + 1.9 + height * 1.05;
  const bulge = halfWidth * Math.min(1, 0.5 + round + open / 40);
  const n = (value: number) => value.toFixed(1);
  const curve = (toward: number, from: number) =>
    `C${n(-bulge * from)} ${n(toward)} ${n(bulge * from)} ${n(toward)} ${n(halfWidth * from)} ${n(corner)}`;
  return `M${n(-halfWidth)} ${n(corner)}${curve(upper, 1)}${curve(lower, -1)}Z`;
}
