import type { Picture } from '../frames/picture.ts';

/** A frame as it came, in the memory of this process. */
export interface RawFrame {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Off the event loop. @param longestSide in pixels; a smaller frame stays as it is */
  encode(longestSide: number): Promise<Picture>;
}

/** A sampled frame: raw until somebody wants the picture, and from then on that alone. */
export class SeenFrame {
  readonly #size: { width: number; height: number };
  #raw: RawFrame | undefined;
  #picture: Promise<Picture> | undefined;

  /**
   * @param pts what it is called by: microseconds of the wall clock, which no other frame of the session has
   * @param atMs of the clock
   */
  constructor(
    raw: RawFrame,
    readonly pts: number,
    readonly atMs: number,
    private readonly longestSide: number,
  ) {
    this.#raw = raw;
    const scale = Math.min(1, longestSide / Math.max(raw.width, raw.height));
    this.#size = { width: raw.width * scale, height: raw.height * scale };
  }

  /** Of the frame as it came; 0 once it is a picture. */
  get rawBytes(): number {
    return this.#raw?.bytes ?? 0;
  }

  /**
   * As OpenAI counts an image: 85, and 170 for each tile of 512 pixels.
   * Source: platform.openai.com/docs/guides/images-vision, "Calculating costs", GPT-4o.
   */
  get tokens(): number {
    const { width, height } = this.#size;
    return 85 + 170 * Math.ceil(width / 512) * Math.ceil(height / 512);
  }

  /** Encoded once, and kept. @throws what the encoder throws */
  picture(): Promise<Picture> {
    if (!this.#picture) {
      const raw = this.#raw;
      this.#picture = raw ? raw.encode(this.longestSide) : Promise.reject(new Error('no frame'));
      void this.#picture
        .catch(() => undefined)
        .then(() => {
          this.#raw = undefined;
        });
    }
    return this.#picture;
  }
}
