import type { Look, Picture } from '../frames/picture.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { VisionBuffer } from '../protocol/vision-messages.ts';
import { TokenBucket } from '../room/token-bucket.ts';
import { latest } from '../sight/choice.ts';
import type { SeenFrame } from '../sight/seen-frame.ts';
import type { Sights } from './sights.ts';

/** As many as `frames_per_turn` can ask for. More in one request costs more than it tells. */
const mostInLook = 20;

/** Each is an answer of the model: far more than anyone wants to hear. */
const triggerRate = { perSecond: 1, burst: 5 } as const;

/** What one character sees: what is shown now, what it was told to look at, and where asked for what it saw before. */
export class Vision {
  /** Attached by the client, and waiting for the answer that looks at them. */
  #attached: readonly SeenFrame[] = [];
  /** What it attached last. */
  #newest: readonly SeenFrame[] = [];
  /** Of earlier answers, where the client wants them to add up. */
  #kept: readonly SeenFrame[] = [];
  /** What the running answer looked at. */
  #looked: readonly SeenFrame[] = [];

  readonly #triggers: TokenBucket;

  /** @param takesImages whether the model that speaks does, as far as is known */
  constructor(
    readonly sights: Sights,
    private readonly takesImages: () => boolean,
    clock: Clock,
  ) {
    this.#triggers = new TokenBucket(triggerRate, clock);
  }

  /** Counts a trigger. @returns false when there were too many */
  mayTrigger(): boolean {
    return this.#triggers.take();
  }

  /** Whether what is shown can reach the model. */
  get isAble(): boolean {
    return this.takesImages();
  }

  /** Frames that can be named: those in the buffer, and those that are attached or kept. */
  nameable(identity: string | undefined): readonly SeenFrame[] {
    const shown = this.sights.of(identity)?.sight.frames ?? [];
    return inOrder([...this.#kept, ...this.#attached, ...shown]);
  }

  /** Fresh frames, as an answer gets them by itself. */
  latest(identity: string | undefined): SeenFrame[] {
    const { rules, nowMs } = this.sights;
    const shown = this.sights.of(identity)?.sight.frames ?? [];
    return latest(shown, rules, nowMs);
  }

  /** Whether they are what was attached last, and the next answer looks at them all the same. */
  isAttached(frames: readonly SeenFrame[]): boolean {
    const waiting = new Set([...this.#attached, ...this.#kept]);
    const isNewest =
      frames.length === this.#newest.length &&
      frames.every((frame) => this.#newest.includes(frame));
    return frames.length > 0 && isNewest && frames.every((frame) => waiting.has(frame));
  }

  /** The next answer looks at these too. @returns undoes it */
  attach(frames: readonly SeenFrame[]): () => void {
    const before = { attached: this.#attached, newest: this.#newest };
    const { replaces } = this.sights.rules;
    this.#attached = replaces
      ? frames
      : inOrder([...before.attached, ...frames]).slice(-mostInLook);
    this.#newest = frames;
    return () => {
      this.#attached = before.attached;
      this.#newest = before.newest;
    };
  }

  /** What an answer to this one looks at; undefined where there is nothing. */
  look(identity: string | undefined): Look | undefined {
    this.#looked = [];
    if (!this.isAble) return undefined;
    const all = [...this.#kept, ...this.#attached, ...this.latest(identity)];
    const frames = inOrder(all).slice(-mostInLook);
    if (frames.length === 0) return undefined;
    this.#looked = frames;
    return {
      imageTokens: tokensOf(frames),
      pictures: () => picturesOf(frames),
    };
  }

  /** Somebody begins to speak: what they show now is encoded while they do, for the answer would wait for it. */
  prepare(identity: string | undefined): void {
    if (this.isAble) void picturesOf(this.latest(identity));
  }

  /** An answer was given: what it looked at was seen. */
  answered(): void {
    const looked = new Set(this.#looked);
    this.#attached = this.#attached.filter((frame) => !looked.has(frame));
    this.#kept = this.sights.rules.replaces ? [] : this.#looked;
    this.#looked = [];
    if (!this.isAttached(this.#newest)) this.#newest = [];
  }

  /** The state of the buffer as a client is told it. */
  buffer(identity: string | undefined): VisionBuffer {
    const { rules, nowMs } = this.sights;
    const seen = this.isAble ? this.sights.of(identity) : undefined;
    const frames = seen?.sight.frames ?? [];
    const newest = frames.at(-1);
    return {
      enabled: this.isAble,
      status: this.#status(seen !== undefined, frames.length),
      retained_frames: frames.length,
      buffer_frames: rules.capacity,
      frames_per_turn: rules.framesPerTurn,
      first_frame_pts: frames[0]?.pts ?? null,
      last_frame_pts: newest?.pts ?? null,
      last_frame_age_ms: newest ? Math.round(nowMs - newest.atMs) : null,
      first_frame_index: frames.length === 0 ? null : -frames.length,
      source_active: seen !== undefined,
      source_label: seen?.sight.label ?? null,
      selected_participant: seen?.identity ?? null,
      sampling_windows: rules.windows.map(({ count, intervalMs: interval_ms }) => ({
        count,
        interval_ms,
      })),
    };
  }

  #status(isActive: boolean, frames: number): VisionBuffer['status'] {
    if (!this.isAble) return 'vision_not_enabled';
    if (!isActive) return 'no_active_video';
    return frames === 0 ? 'buffer_empty' : 'frames_available';
  }
}

export function tokensOf(frames: readonly SeenFrame[]): number {
  return frames.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Each once, oldest first. */
function inOrder(frames: readonly SeenFrame[]): SeenFrame[] {
  return [...new Set(frames)].sort((a, b) => a.pts - b.pts);
}

/** Never rejects. */
async function picturesOf(frames: readonly SeenFrame[]): Promise<Picture[]> {
  const encoded = await Promise.allSettled(frames.map((frame) => frame.picture()));
  return encoded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
