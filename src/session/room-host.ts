import type { Closable } from '../lifetime/scope.ts';
import { RoomStay, type HostDeps, type RoomJob } from './room-stay.ts';

/** The rooms that this process is in: warm ones that wait, and those with a session. */
export class RoomHost implements Closable {
  readonly #stays = new Map<string, RoomStay>();

  constructor(private readonly deps: HostDeps) {
    const { events } = deps.journal;
    events.on('assign', (assignment) => {
      this.#stays.get(assignment.roomName)?.assign(assignment);
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

  /** Of the rooms that were really joined. */
  get roomNames(): string[] {
    return [...this.#stays].flatMap(([roomName, { joined }]) => (joined ? [roomName] : []));
  }

  /** Joins the room of a job and stays until its session has ended. @throws when the room cannot be joined */
  async serve(job: RoomJob): Promise<void> {
    const stay = new RoomStay(job, this.deps);
    this.#stays.set(job.roomName, stay);
    try {
      await stay.done;
    } finally {
      if (this.#stays.get(job.roomName) === stay) this.#stays.delete(job.roomName);
    }
  }

  /** Leaves every room; what runs is stored as far as it was heard. */
  async close(): Promise<void> {
    const stays = [...this.#stays.values()];
    for (const stay of stays) stay.depart({ kind: 'shutdown' });
    await Promise.allSettled(stays.map(({ done }) => done));
  }
}
