import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';

export type StrandedRoomsSettings = {
  rooms: Rooms;
  clock: Clock;
  log: Log;
  /** Whether an agent is in this room, or on its way. */
  isCared: (roomName: string) => boolean;
  /** Somebody has been in this room for a while, and no agent came. */
  onStranded: (roomName: string) => void;
};

/** LiveKit places a job within 250 ms: a room seen twice without an agent has none coming. */
const lookEveryMs = 1_500;

/**
 * Looks for clients whose room got no agent: LiveKit does not say when it finds none, and does not try again. It looks
 * only as long as a token is about that could make such a room.
 */
export class StrandedRooms implements Closable {
  #suspects = new Set<string>();
  #untilMs = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(private readonly settings: StrandedRoomsSettings) {}

  /** A token was handed out that lets its holder in for so long. */
  watchFor(tokenLifeMs: number): void {
    const { clock } = this.settings;
    this.#untilMs = Math.max(this.#untilMs, clock.nowMs() + tokenLifeMs);
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #schedule(): void {
    if (this.#cancel || this.#closed) return;
    if (this.settings.clock.nowMs() > this.#untilMs) {
      this.#suspects.clear();
      return;
    }
    this.#cancel = this.settings.clock.after(lookEveryMs, () => {
      void this.#look().finally(() => {
        this.#cancel = undefined;
        this.#schedule();
      });
    });
  }

  async #look(): Promise<void> {
    const { rooms, log, isCared, onStranded } = this.settings;
    try {
      const inhabited = (await rooms.list()).filter(({ participants }) => participants > 0);
      const alone = inhabited.map(({ roomName }) => roomName).filter((name) => !isCared(name));
      for (const roomName of alone) if (this.#suspects.has(roomName)) onStranded(roomName);
      this.#suspects = new Set(alone);
    } catch (err) {
      log.warn({ err }, 'rooms could not be listed');
    }
  }
}
