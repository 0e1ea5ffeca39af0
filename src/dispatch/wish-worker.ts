import type { Clock } from '../lifetime/clock.ts';
import { sleep } from '../lifetime/clock.ts';
import type { ServerPush } from '../protocol/journal.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';
import type { PoolEvent } from './pool-step.ts';
import type { PoolWish } from './pool-wish.ts';
import type { Pool } from './pool.ts';
import { rescueRoom } from './rescue.ts';
import type { VoiceSessionStore } from './voice-sessions.ts';

export type WishWorkerSettings = {
  rooms: Rooms;
  store: VoiceSessionStore;
  push: (agentId: string, push: ServerPush) => boolean;
  clock: Clock;
  log: Log;
  /** As it is now: what was wished may have been overtaken. */
  pool: () => Pool;
  /** Reports how it went. */
  apply: (event: PoolEvent) => void;
};

/** LiveKit keeps a warm room for longer than the pool does, so that it never vanishes under a claim. */
const warmMarginMs = 120_000;
const tries = { count: 3, waitMs: 250 };

/** Does what the pool wishes, tells it the outcome, and never throws. */
export class WishWorker {
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(private readonly settings: WishWorkerSettings) {}

  perform(wish: PoolWish): void {
    const running = this.#perform(wish)
      .catch((err: unknown) => {
        this.settings.log.error({ err, wish }, 'dispatch could not do what it should');
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('dispatch is closing'));
    await Promise.all(this.#running);
  }

  async #perform(wish: PoolWish): Promise<void> {
    const { push } = this.settings;
    switch (wish.do) {
      case 'createWarm':
        return this.#createWarm(wish.roomName);
      case 'deleteRoom':
        return this.#severalTimes(() => this.settings.rooms.delete(wish.roomName));
      case 'leaveRoom':
        push(wish.agentId, { push: 'leaveRoom', roomName: wish.roomName });
        return;
      case 'assign':
        return this.#severalTimes(() => this.#assign(wish.agentId, wish.roomName));
      case 'checkJoined':
        return this.#checkJoined(wish.roomName);
      case 'rescue':
        return this.#rescue(wish.roomName);
      case 'openUp':
        push(wish.agentId, { push: 'openUp' });
        return;
      case 'endSession': {
        const { sessionId, agentId, reason } = wish;
        if (agentId !== null) push(agentId, { push: 'endSession', sessionId, reason });
        await this.#severalTimes(() => this.settings.store.end(sessionId, reason));
      }
    }
  }

  async #createWarm(roomName: string): Promise<void> {
    const { rooms, log, apply, pool } = this.settings;
    try {
      await rooms.createWarm(roomName, Math.ceil((pool().rules.warmLifeMs + warmMarginMs) / 1_000));
    } catch (err) {
      log.warn({ err, roomName }, 'a warm room could not be made');
      apply({ kind: 'warmFailed', roomName });
    }
  }

  async #assign(agentId: string, roomName: string): Promise<void> {
    const { store, push, pool } = this.settings;
    const assignment = await store.loadAssignment(roomName);
    const room = pool().rooms.get(roomName);
    if (!assignment || room?.state !== 'claimed' || room.agentId !== agentId) return;
    push(agentId, { push: 'assign', assignment });
  }

  async #checkJoined(roomName: string): Promise<void> {
    const humans = await this.settings.rooms.humansIn(roomName);
    this.settings.apply({ kind: 'joinChecked', roomName, humans: humans ?? 0 });
  }

  async #rescue(roomName: string): Promise<void> {
    const { rooms, clock, log, apply } = this.settings;
    const { signal } = this.#closing;
    try {
      const outcome = await rescueRoom(roomName, { rooms, clock, signal });
      log.info({ roomName, outcome }, 'looked for another agent');
      apply({ kind: 'rescued', roomName, outcome });
    } catch (err) {
      log.warn({ err, roomName }, 'LiveKit could not be asked for another agent');
      apply({ kind: 'rescued', roomName, outcome: 'unplaced' });
    }
  }

  /** A database or LiveKit that restarts is back soon. @throws the last failure */
  async #severalTimes(work: () => Promise<unknown>): Promise<void> {
    const { clock } = this.settings;
    for (let left = tries.count; ; left--) {
      try {
        await work();
        return;
      } catch (cause) {
        if (left <= 1) throw cause;
        await sleep(clock, tries.waitMs);
      }
    }
  }
}
