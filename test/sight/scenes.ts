import type { Picture } from '../../src/frames/picture.ts';
import { SeenFrame, type RawFrame } from '../../src/sight/seen-frame.ts';

/** A frame as it came, of which the picture is its number. */
export class FakeFrame implements RawFrame {
  encoded = 0;
  readonly width = 1280;
  readonly height = 720;

  constructor(
    readonly number: number,
    readonly bytes = 1_382_400,
    private readonly fails = false,
  ) {}

  encode(): Promise<Picture> {
    this.encoded++;
    if (this.fails) return Promise.reject(new Error('no picture'));
    return Promise.resolve({ jpeg: Uint8Array.of(this.number), width: 768, height: 432 });
  }
}

/** Frames of the numbers 1 to `count`, so far apart; the last at `untilMs`. */
export function frames(count: number, everyMs: number, untilMs: number): SeenFrame[] {
  return Array.from({ length: count }, (_, i) => {
    const atMs = untilMs - (count - 1 - i) * everyMs;
    return new SeenFrame(new FakeFrame(i + 1), i + 1, atMs, 768);
  });
}

export const numbers = (chosen: readonly SeenFrame[] | undefined) => chosen?.map(({ pts }) => pts);
