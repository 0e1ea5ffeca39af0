import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';

/** What a key may take; null for no limit. */
export const KeyLimits = z.object({
  /** Voice sessions at once, those included that still wait for their client. */
  maxSessions: z.int().min(0).max(1_000_000).nullable(),
  /** Minutes with a client in the room, of all sessions together, in one day of UTC. */
  maxMinutesPerDay: z.int().min(0).max(10_000_000).nullable(),
});

/** What is absent stays as it is. */
export const LimitChange = KeyLimits.partial();
export type LimitChange = z.infer<typeof LimitChange>;

/** As the original API answers: 429, which its clients try again after a while. */
export class TooManySessions extends PublicError {
  override readonly name = 'TooManySessions';
  constructor(maxSessions: number) {
    super(
      429,
      'concurrency_limit_reached',
      `Concurrency limit reached: this API key may have ${maxSessions} sessions at once.`,
      { retryAfterSeconds: 10 },
    );
  }
}

export class MinutesUsedUp extends PublicError {
  override readonly name = 'MinutesUsedUp';
  constructor(maxMinutesPerDay: number, nowAt: Date) {
    super(
      429,
      'usage_limit_reached',
      `Usage limit exceeded: this API key has used its ${maxMinutesPerDay} minutes of today (UTC).`,
      { retryAfterSeconds: Math.ceil((nextDayAt(nowAt).getTime() - nowAt.getTime()) / 1000) },
    );
  }
}

/** `2026-01-31`, of UTC: the same on every machine. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The first moment of that day. */
export function dayBeganAt(at: Date): Date {
  return new Date(`${dayOf(at)}T00:00:00.000Z`);
}

function nextDayAt(at: Date): Date {
  return new Date(dayBeganAt(at).getTime() + dayMs);
}

const dayMs = 86_400_000;

/** How much of a span lies in which day of UTC; days with nothing in them are left out. */
export function msByDay(fromAt: Date, untilAt: Date): { day: string; ms: number }[] {
  const parts: { day: string; ms: number }[] = [];
  for (let at = fromAt; at < untilAt; at = nextDayAt(at)) {
    const end = new Date(Math.min(nextDayAt(at).getTime(), untilAt.getTime()));
    parts.push({ day: dayOf(at), ms: end.getTime() - at.getTime() });
  }
  return parts;
}
