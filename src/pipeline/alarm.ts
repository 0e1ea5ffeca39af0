import type { Heard } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';

/** Sound comes in frames of 32 ms over threads that share the machine: so far behind now, all of it is heard. */
const onTimeMs = 100;
/**
 * How often it is looked whether the sound has caught up, and how often in vain, with none waiting: then none comes. A track
 * that is muted, or whose sender stands still, goes on with silence (measured), so this is for WebRTC without CPU and for
 * the worst.
 */
const lookEveryMs = 25;
const mostLooksInVain = 40;

export type AlarmDeps = {
  clock: Clock;
  heard: () => Heard;
  ring: (nowMs: number) => void;
};

/**
 * One alarm on the time of what is heard. When the machine stood still, timers come before the sound that waits: silence
 * since then is only believed, and the user may have gone on long ago.
 */
export class Alarm {
  #cancel: () => void = () => undefined;

  constructor(private readonly deps: AlarmDeps) {}

  /** Now; while sound waits to be heard, the time up to which it was. */
  get nowMs(): number {
    const nowMs = this.deps.clock.nowMs();
    const { untilMs } = this.deps.heard();
    return untilMs === undefined ? nowMs : Math.min(nowMs, untilMs + onTimeMs);
  }

  /** Rings at that time; an earlier wish is replaced. Where no sound comes any more it rings a moment after it. */
  set(atMs: number): void {
    const leftMs = Math.max(0, atMs - this.nowMs);
    this.#wait({ atMs, dueMs: this.deps.clock.nowMs() + leftMs, looks: mostLooksInVain }, leftMs);
  }

  cancel(): void {
    this.#cancel();
  }

  #wait({ atMs, dueMs, looks }: Wish, leftMs: number): void {
    this.#cancel();
    const { clock, heard } = this.deps;
    const beforeMs = heard().untilMs;
    const isBehind = this.nowMs < clock.nowMs();
    this.#cancel = clock.after(isBehind ? Math.min(leftMs, lookEveryMs) : leftMs, () => {
      const isDue = clock.nowMs() >= dueMs;
      if (this.nowMs >= atMs || (isDue && looks === 0)) {
        this.deps.ring(Math.max(atMs, this.nowMs));
        return;
      }
      const { untilMs, isBehind: isWaiting } = heard();
      const isInVain = untilMs === beforeMs && !isWaiting;
      const looksLeft = isInVain ? Math.max(0, looks - 1) : mostLooksInVain;
      this.#wait({ atMs, dueMs, looks: looksLeft }, isDue ? lookEveryMs : dueMs - clock.nowMs());
    });
  }
}

/** @property dueMs the clock's time at which it is heard, if sound comes in its time from now on */
type Wish = { atMs: number; dueMs: number; looks: number };
