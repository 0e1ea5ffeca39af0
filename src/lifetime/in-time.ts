import { abortable } from './abortable.ts';
import type { Clock } from './clock.ts';
import { deadline } from './deadline.ts';

export type TimeLimit = {
  clock: Clock;
  /** As it is called in the error. */
  what: string;
  limitMs: number;
};

/** Waits for work, but only so long; it goes on by itself then. @throws {TimedOut} or what the work throws */
export async function inTime<T>(work: Promise<T>, limit: TimeLimit): Promise<T> {
  const end = deadline(limit.clock, limit.what, limit.limitMs);
  try {
    return await abortable(work, end.signal);
  } finally {
    end.clear();
  }
}

/**
 * As `inTime`, of something that opens: what is there too late is closed again.
 * @param onLate it failed after all, or its closing did
 */
export async function openedInTime<T>(
  opening: Promise<T>,
  limit: TimeLimit & { close: (late: T) => Promise<void>; onLate: (cause: unknown) => void },
): Promise<T> {
  const end = deadline(limit.clock, limit.what, limit.limitMs);
  const { signal } = end;
  opening
    .then((opened) => (signal.aborted ? limit.close(opened) : undefined))
    .catch((cause: unknown) => {
      if (signal.aborted) limit.onLate(cause);
    });
  try {
    return await abortable(opening, signal);
  } finally {
    end.clear();
  }
}
