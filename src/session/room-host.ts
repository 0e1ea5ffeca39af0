import type { Journal } from '../journal/journal.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { RoomJob } from './room-door.ts';
import { RoomStay, type StayDeps } from './room-stay.ts';

export type HostDeps = StayDeps & { journal: Pick<Journal, 'events'> };

/**
 * Of the rooms that wait for a session, in how many we sit: there the client finds us at once. A room costs memory and
 * CPU only from then on, and joining the others takes no longer than their clients need to join.
 */
const joinedAhead = 1;
/** Callers often come together; the next room is joined ahead when they all are there. */
const lullMs = 1_500;

/** The rooms that this process has: warm ones that wait, and those with a session. */
export class RoomHost implements Closable {
  readonly #stays = new Map<string, RoomStay>();
  #cancelLull: () => void = () => undefined;

  constructor(private readonly deps: HostDeps) {
    const { events } = deps.journal;
    events.on('assign', (assignment) => {
      this.#stays.get(assignment.roomName)?.assign(assignment);
      this.#joinAheadInALull();
    });
    events.on('expect', ({ sessionId, participant }) => {
      for (const stay of this.#stays.values())
        if (stay.sessionId === sessionId) stay.expect(participant);
    });
    events.on('summary', ({ sessionId, characterSessionId, summary }) => {
      for (const stay of this.#stays.values())
        if (stay.sessionId === sessionId) stay.summarised(characterSessionId, summary);
    });
    events.on('facts', ({ sessionId, ...news }) => {
      for (const stay of this.#stays.values()) if (stay.sessionId === sessionId) stay.learned(news);
    });
    events.on('recalls', ({ characterId }) => {
      // A session that is yet to be assigned is told with its assignment.
      for (const stay of this.#stays.values())
        if (stay.sessionId !== undefined) stay.recalls(characterId);
    });
    events.on('leaveRoom', ({ roomName }) => {
      this.#stays.get(roomName)?.depart({ kind: 'givenAway' });
    });
    events.on('endSession', ({ sessionId, reason }) => {
      for (const stay of this.#stays.values()) {
        if (stay.sessionId === sessionId) stay.depart({ kind: 'sessionEnded', reason });
      }
    });
  }

  get roomNames(): string[] {
    return [...this.#stays.keys()];
  }

  /** Rooms with a session, and the characters in them all. */
  get held(): { rooms: number; characters: number } {
    const held = { rooms: 0, characters: 0 };
    for (const { characters } of this.#stays.values()) {
      if (characters === 0) continue;
      held.rooms++;
      held.characters += characters;
    }
    return held;
  }

  /** Has the room of a job until its session has ended. @throws when the room cannot be joined */
  async serve(job: RoomJob): Promise<void> {
    const stay = new RoomStay(job, this.deps);
    this.#stays.set(job.roomName, stay);
    this.#joinAheadInALull();
    try {
      await stay.done;
    } finally {
      if (this.#stays.get(job.roomName) === stay) this.#stays.delete(job.roomName);
    }
  }

  /** Leaves every room; what runs is stored as far as it was heard. */
  async close(): Promise<void> {
    this.#cancelLull();
    const stays = [...this.#stays.values()];
    for (const stay of stays) stay.depart({ kind: 'shutdown' });
    await Promise.allSettled(stays.map(({ done }) => done));
  }

  #joinAheadInALull(): void {
    this.#cancelLull();
    this.#cancelLull = this.deps.clock.after(lullMs, () => {
      const waiting = [...this.#stays.values()].filter((stay) => stay.sessionId === undefined);
      // The server gives out the oldest first.
      for (const stay of waiting.slice(0, joinedAhead)) stay.join();
    });
  }
}
