import type { Assignment } from '../protocol/journal.ts';
import { placesOf } from './entering.ts';

/** A session found in the database for a room that the pool does not know. */
export type KnownSession = { sessionId: string; joined: boolean; places: number };

export function knownFrom({ sessionId, takenOver, cast }: Assignment): KnownSession {
  return { sessionId, joined: takenOver, places: placesOf(cast?.roles ?? null) };
}
