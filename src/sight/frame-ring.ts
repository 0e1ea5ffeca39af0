import type { SeenFrame } from './seen-frame.ts';

/**
 * Of frames as they come, in all: six of 1280 x 720. Over it the oldest become pictures, a twentieth of the size; that
 * costs CPU, and most frames are never looked at, so it is not done to all.
 */
const mostRawBytes = 8_388_608;
/** While so many are being encoded the machine does not keep up: a frame goes rather than memory. */
const mostEncoding = 2;

/** The newest frames of one user's video, oldest first. */
export class FrameRing {
  #frames: SeenFrame[] = [];
  #encoding = 0;

  constructor(private readonly capacity: number) {}

  get frames(): readonly SeenFrame[] {
    return this.#frames;
  }

  push(frame: SeenFrame): void {
    this.#frames.push(frame);
    if (this.#frames.length > this.capacity) this.#frames.shift();
    this.#shrink();
  }

  clear(): void {
    this.#frames = [];
  }

  #shrink(): void {
    let bytes = this.#frames.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
    for (const frame of this.#frames.slice(0, -1)) {
      if (bytes <= mostRawBytes) return;
      if (frame.rawBytes === 0) continue;
      bytes -= frame.rawBytes;
      if (this.#encoding >= mostEncoding) {
        this.#frames = this.#frames.filter((kept) => kept !== frame);
      } else {
        void this.#encode(frame);
      }
    }
  }

  /** Never rejects. One that cannot be encoded is lost. */
  async #encode(frame: SeenFrame): Promise<void> {
    this.#encoding++;
    try {
      await frame.picture();
    } catch {
      this.#frames = this.#frames.filter((kept) => kept !== frame);
    } finally {
      this.#encoding--;
    }
  }
}
