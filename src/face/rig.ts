import { arkitColumns, arkitShapes } from './arkit.ts';
import { metahumanColumns, metahumanShapes } from './metahuman.ts';
import type { Shapes } from './shapes.ts';
import { visemes, type MouthWeights, type Viseme } from './visemes.ts';

/** `visemes` are the 15 weights themselves. */
export type FaceFormat = 'arkit' | 'mha' | 'visemes';
/** One value for each column of a format, rounded to a thousandth: 0 to 1, turns of the head -1 to 1. */
export type FaceFrame = number[];

/** What a face does beside speaking, 0 to 1; turns -1 to 1. */
export type Life = { blink: number; brows: number; yaw: number; pitch: number; roll: number };
type LifeColumns = Readonly<Partial<Record<keyof Life, Readonly<Record<string, number>>>>>;

type Movement = { columns: number[]; amounts: number[] };

const open = new Set<Viseme>(['aa', 'e', 'ih', 'oh', 'ou']);

/** Makes frames of a format of visemes and signs of life. */
export class Rig {
  readonly #columns: readonly string[];
  /** By viseme. */
  readonly #speaking: Movement[];
  readonly #living: readonly (readonly [keyof Life, Movement])[];

  private constructor(columns: readonly string[], shapes: Shapes | undefined, life: LifeColumns) {
    this.#columns = columns;
    this.#speaking = visemes.map((viseme, index) => {
      if (!shapes) return { columns: [index], amounts: [1] };
      return movement(columns, viseme === 'sil' ? {} : shapes[viseme]);
    });
    const living = ['blink', 'brows', 'yaw', 'pitch', 'roll'] as const;
    this.#living = living.map((sign) => [sign, movement(columns, life[sign] ?? {})]);
  }

  static of(format: FaceFormat): Rig {
    switch (format) {
      case 'visemes':
        return new Rig(visemes, undefined, {});
      case 'arkit':
        return new Rig(arkitColumns, arkitShapes, {
          blink: { 'EyeBlink*': 1 },
          brows: { BrowInnerUp: 1, 'BrowOuterUp*': 0.5 },
          yaw: { HeadYaw: 1 },
          pitch: { HeadPitch: 1 },
          roll: { HeadRoll: 1 },
        });
      case 'mha':
        return new Rig(metahumanColumns, metahumanShapes, {
          blink: { 'eyeBlink*': 1 },
          brows: { 'browRaiseIn*': 1, 'browRaiseOuter*': 0.5 },
        });
    }
  }

  /** @param loudness 0 to 1: who speaks up opens the mouth wider */
  frame(weights: MouthWeights, loudness: number, life: Life): FaceFrame {
    const frame = new Array<number>(this.#columns.length).fill(0);
    const isPlain = this.#columns.length === visemes.length;
    for (const [index, own] of this.#speaking.entries()) {
      const viseme = visemes[index] ?? 'sil';
      const gain = !isPlain && open.has(viseme) ? 0.7 + 0.45 * loudness : 1;
      add(frame, own, (weights[index] ?? 0) * gain);
    }
    for (const [sign, own] of this.#living) add(frame, own, life[sign]);
    for (const [column, value] of frame.entries()) {
      if (value !== 0)
        frame[column] = Math.round(Math.min(1, Math.max(-1, value)) * 1000) / 1000 + 0;
    }
    return frame;
  }
}

function add(frame: FaceFrame, { columns, amounts }: Movement, share: number): void {
  if (share === 0) return;
  for (const [i, column] of columns.entries()) {
    frame[column] = (frame[column] ?? 0) + share * (amounts[i] ?? 0);
  }
}

/** @throws {RangeError} for a name that is no column */
function movement(columns: readonly string[], named: Readonly<Record<string, number>>): Movement {
  const pairs = Object.entries(named).flatMap(([name, amount]) => {
    const own = name.endsWith('*') ? sides(columns, name.slice(0, -1)) : [columns.indexOf(name)];
    if (own.length === 0 || own.includes(-1)) throw new RangeError(`no column ${name}`);
    return own.map((column) => ({ column, amount }));
  });
  return { columns: pairs.map(({ column }) => column), amounts: pairs.map(({ amount }) => amount) };
}

function sides(columns: readonly string[], name: string): number[] {
  return ['Left', 'Right', 'L', 'R']
    .map((side) => columns.indexOf(name + side))
    .filter((column) => column !== -1);
}
