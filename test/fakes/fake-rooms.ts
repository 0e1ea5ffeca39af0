import type { Rooms, RoomSummary } from '../../src/room/rooms.ts';

/** Rooms without a LiveKit. What agents and people do in them is up to the test. */
export class FakeRooms implements Rooms {
  /** People in each room that exists. */
  readonly humans = new Map<string, number>();
  readonly dispatched: string[] = [];
  readonly deleted: string[] = [];
  readonly putOuts: { roomName: string; identity: string }[] = [];
  /** Whether some agent takes the jobs. */
  places = true;
  fails = false;

  createWarm(roomName: string): Promise<void> {
    return this.#call(() => void this.humans.set(roomName, 0));
  }

  dispatch(roomName: string): Promise<string> {
    return this.#call(() => {
      this.dispatched.push(roomName);
      return `dispatch of ${roomName}`;
    });
  }

  isPlaced(): Promise<boolean> {
    return this.#call(() => this.places);
  }

  humansIn(roomName: string): Promise<number | null> {
    return this.#call(() => this.humans.get(roomName) ?? null);
  }

  putOut(roomName: string, identity: string): Promise<void> {
    return this.#call(() => void this.putOuts.push({ roomName, identity }));
  }

  list(): Promise<RoomSummary[]> {
    return this.#call(() =>
      [...this.humans].map(([roomName, participants]) => ({ roomName, participants })),
    );
  }

  delete(roomName: string): Promise<void> {
    return this.#call(() => {
      this.deleted.push(roomName);
      this.humans.delete(roomName);
    });
  }

  #call<T>(answer: () => T): Promise<T> {
    return this.fails ? Promise.reject(new Error('LiveKit is away')) : Promise.resolve(answer());
  }
}
