import type { Heard } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';

/** Frames have 32 ms: what is judged is never nearer to now. */
const slackMs = 40;
const lookEveryMs = 25;
/** So long without a sound that is newer, and with none waiting: none comes any more. A muted track goes on with silence. */
const mostLooksInVain = 40;

type Wait = {
  untilMs: number;
  heard: () => Heard;
  action: () => void;
};

/**
 * Does things once all sound up to a time is heard: on a machine that is behind that is later than the time itself, and
 * what was said before must not come after it. One after the other, as they were asked for.
 */
export class OnceHeard {
  readonly #waiting: Wait[] = [];
  #cancel: () => void = () => undefined;

  constructor(private readonly clock: Clock) {}

  add(wait: Wait): void {
    this.#waiting.push(wait);
    if (this.#waiting.length === 1) this.#look(undefined, 0);
  }

  /** Nothing is done any more. */
  close(): void {
    this.#cancel();
    this.#waiting.length = 0;
  }

  #look(beforeMs: number | undefined, looksInVain: number): void {
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      const { untilMs, heard, action } = next;
      const { untilMs: heardMs, isBehind } = heard();
      const inVain = heardMs === beforeMs && !isBehind ? looksInVain + 1 : 0;
      const isHeard =
        heardMs === undefined || heardMs >= untilMs - slackMs || inVain >= mostLooksInVain;
      if (!isHeard || this.clock.nowMs() < untilMs) {
        this.#cancel = this.clock.after(lookEveryMs, () => {
          this.#look(heardMs, inVain);
        });
        return;
      }
      this.#waiting.shift();
      action();
    }
  }
}
