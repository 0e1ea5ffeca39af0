import type { Clock } from '../lifetime/clock.ts';

/** Frames have 32 ms: what is judged is never nearer to now. */
const slackMs = 40;
const lookEveryMs = 25;
/** So long without a sound that is newer: none comes any more, the microphone is off. */
const mostLooksInVain = 8;

export type OnceHeardDeps = {
  clock: Clock;
  /** The time of the last sound that was judged; undefined while nobody listens. */
  heardUntilMs: () => number | undefined;
};

/**
 * Does something once all sound up to a time is heard: on a machine that is behind that is later than the time itself,
 * and what was said before must not come after it.
 */
export function onceHeard(
  untilMs: number,
  { clock, heardUntilMs }: OnceHeardDeps,
  action: () => void,
): void {
  const look = (beforeMs: number | undefined, looksInVain: number) => {
    const heardMs = heardUntilMs();
    const inVain = heardMs === beforeMs ? looksInVain + 1 : 0;
    const isHeard =
      heardMs === undefined || heardMs >= untilMs - slackMs || inVain >= mostLooksInVain;
    if (isHeard && clock.nowMs() >= untilMs) action();
    else
      clock.after(lookEveryMs, () => {
        look(heardMs, inVain);
      });
  };
  look(undefined, 0);
}
