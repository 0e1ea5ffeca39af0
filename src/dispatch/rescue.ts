import { sleep, type Clock } from '../lifetime/clock.ts';
import type { Rooms } from '../room/rooms.ts';
import type { RescueOutcome } from './pool-rooms.ts';

/** LiveKit takes 205 ms to place a job; it says nothing when it could not. */
const placing = { lookEveryMs: 150, withinMs: 750 };

/**
 * Asks LiveKit to send an agent into a room whose own is gone.
 * @throws when LiveKit does not answer
 */
export async function rescueRoom(
  roomName: string,
  { rooms, clock, signal }: { rooms: Rooms; clock: Clock; signal: AbortSignal },
): Promise<RescueOutcome> {
  // A dispatch would make the room anew, and an agent would wait in it for nobody.
  const humans = await rooms.humansIn(roomName);
  if (humans === null) return 'missing';
  if (humans === 0) return 'empty';
  const dispatchId = await rooms.dispatch(roomName);
  const untilMs = clock.nowMs() + placing.withinMs;
  while (clock.nowMs() < untilMs) {
    await sleep(clock, placing.lookEveryMs, signal);
    if (await rooms.isPlaced(roomName, dispatchId)) return 'placed';
  }
  return 'unplaced';
}
