import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { Assignment, ServerPush, SessionEnd, Welcome } from '../protocol/journal.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';
import type { AgentDesk, LineEnd, SessionAsk } from './agent-connection.ts';
import { NoAgentFree } from './no-agent-free.ts';
import { claimRoom, stepPool, type PoolEvent } from './pool-step.ts';
import type { KnownSession } from './pool-rooms.ts';
import type { PoolWish } from './pool-wish.ts';
import {
  countPool,
  emptyPool,
  nextDeadlineMs,
  roomOfSession,
  type Pool,
  type PoolCount,
  type PoolRules,
} from './pool.ts';
import { StrandedRooms } from './stranded-rooms.ts';
import type { VoiceSessionStore } from './voice-sessions.ts';
import { WishWorker } from './wish-worker.ts';

export type DispatchSettings = {
  rooms: Rooms;
  store: VoiceSessionStore;
  /** Asked at each hello, so that a changed provider or LiveKit reaches agents that stay. */
  welcome: () => Welcome;
  /** `AgentLine.push`. */
  push: (agentId: string, push: ServerPush) => boolean;
  rules: PoolRules;
  /** How long the tokens handed out let their holders in. */
  tokenLifeMs: number;
  clock: Clock;
  log: Log;
};

export type Placing = {
  workspaceId: string;
  /** Whose limits hold. */
  keyId: string;
  conversationId: string;
  settings: SessionSettings;
};
export type Placed = { sessionId: string; roomName: string; userIdentity: string };

/** Of every room of ours in a LiveKit that others may use too. */
const namePrefix = 'parley-';
/** A broken line may be a network's hiccup: the agent is back within this time, or dead. */
const brokenGraceMs = 250;
/** After our own start, agents that outlived us say hello before their rooms are given to others. */
const recoveryGraceMs = 3_000;

/** Which agent process serves which room. All it decides by is in memory: a `Pool`, changed by `stepPool` alone. */
export class Dispatch implements AgentDesk, Closable {
  #pool: Pool;
  readonly #wishes: WishWorker;
  readonly #stranded: StrandedRooms;
  #cancelTick: (() => void) | undefined;

  constructor(private readonly settings: DispatchSettings) {
    const { rooms, clock, log, rules } = settings;
    this.#pool = emptyPool(rules, `${namePrefix}${randomBytes(5).toString('hex')}`);
    this.#wishes = new WishWorker({
      ...settings,
      pool: () => this.#pool,
      apply: (event) => this.#apply(event),
    });
    this.#stranded = new StrandedRooms({
      rooms,
      clock,
      log,
      isCared: (roomName) =>
        !roomName.startsWith(namePrefix) ||
        (this.#pool.rooms.get(roomName)?.state ?? 'awaited') !== 'awaited',
      onStranded: (roomName) => void this.#onStranded(roomName),
    });
  }

  /**
   * Stores a voice session and gives it a room: one in which an agent waits, or a name for which LiveKit makes the room
   * when the client joins with a token that asks for the agent.
   * @throws {NoAgentFree} at once
   */
  async place({ workspaceId, keyId, conversationId, settings }: Placing): Promise<Placed> {
    const { store, clock, tokenLifeMs } = this.settings;
    const id = randomUUID();
    const claim = claimRoom(this.#pool, id, clock.nowMs());
    if (!claim) throw new NoAgentFree(this.#retryAfterSeconds());
    const { roomName, agentId } = claim;
    this.#take(claim.pool, claim.wishes);
    const userIdentity = `user:${id}`;
    try {
      const stored = { id, workspaceId, keyId, conversationId, roomName, userIdentity, settings };
      if ((await store.open(stored)).id !== id) throw new Error('stored under another id');
    } catch (cause) {
      this.#apply({ kind: 'claimFailed', roomName });
      throw cause;
    }
    this.#stranded.watchFor(tokenLifeMs);
    // Not waited for: the agent has it long before the client has joined.
    if (agentId !== null) this.#wishes.perform({ do: 'assign', agentId, roomName });
    return { sessionId: id, roomName, userIdentity };
  }

  /** Takes up what an earlier server process left: rooms whose clients may still be there. Call before agents come. */
  async recover(): Promise<void> {
    const { store, log, tokenLifeMs } = this.settings;
    const left = await store.listOpen();
    for (const { id, roomName, joinedAt } of left) {
      if (joinedAt === null) await store.end(id, 'never_joined');
      else {
        const known = { sessionId: id, joined: true };
        this.#apply({ kind: 'stranded', roomName, known, graceMs: recoveryGraceMs });
      }
    }
    this.#stranded.watchFor(tokenLifeMs);
    if (left.length > 0) log.info({ sessions: left.length }, 'found open voice sessions');
  }

  /** Ends a session of ours, whoever serves it now; another server's is left alone. */
  end(sessionId: string, reason: SessionEnd): void {
    const room = roomOfSession(this.#pool, sessionId)?.[1];
    if (!room) return;
    const agentId = 'agentId' in room ? room.agentId : null;
    this.#wishes.perform({ do: 'endSession', sessionId, agentId, reason });
  }

  count(): PoolCount {
    return countPool(this.#pool);
  }

  /** LiveKit is back after it died: warm rooms are made anew. Live ones are rejoined by those who were in them. */
  livekitRestarted(): void {
    this.#apply({ kind: 'livekitRestarted' });
  }

  /** Nothing new from now on: no session, no warm room, no taking over. Sessions go on until their agents end. */
  stop(): void {
    this.#apply({ kind: 'closing' });
    this.#stranded.close();
  }

  /** After the agents ended: ends what sessions they left, and removes every room. */
  async close(): Promise<void> {
    this.stop();
    this.#cancelTick?.();
    const reason = 'shutdown';
    for (const [roomName, room] of this.#pool.rooms) {
      this.#wishes.perform({ do: 'deleteRoom', roomName });
      if (!('sessionId' in room)) continue;
      const { sessionId } = room;
      this.#wishes.perform({ do: 'endSession', sessionId, agentId: null, reason });
    }
    await this.#wishes.close();
  }

  async hello(agentId: string, rooms: string[]): Promise<Welcome> {
    const known = new Map<string, KnownSession | null>();
    for (const roomName of rooms) known.set(roomName, await this.#knownSession(roomName));
    this.settings.log.info({ agentId, rooms: rooms.length }, 'agent connected');
    this.#apply({ kind: 'hello', agentId, rooms: known });
    return this.settings.welcome();
  }

  lost(agentId: string, how: LineEnd): void {
    this.settings.log.warn({ agentId, how }, 'agent line lost');
    this.#apply({ kind: 'agentLost', agentId, graceMs: how === 'broken' ? brokenGraceMs : 0 });
  }

  laneOf(ask: SessionAsk): string {
    switch (ask.op) {
      case 'roomJoined':
      case 'roomLeft':
        return ask.roomName;
      case 'clientJoined':
      case 'sessionEnded':
        return roomOfSession(this.#pool, ask.sessionId)?.[0] ?? ask.sessionId;
      case 'appendTurn':
        return `turns of ${ask.sessionId}`;
      case 'keepContext':
        return `context of ${ask.sessionId}`;
      case 'status':
        return 'status';
    }
  }

  async answer(agentId: string, ask: SessionAsk): Promise<Assignment | null> {
    const { store } = this.settings;
    switch (ask.op) {
      case 'roomJoined':
        return this.#roomJoined(agentId, ask.roomName);
      case 'roomLeft':
        this.#apply({ kind: 'roomLeft', agentId, roomName: ask.roomName });
        return null;
      case 'clientJoined':
        this.#apply({ kind: 'clientJoined', agentId, sessionId: ask.sessionId });
        await store.markJoined(ask.sessionId);
        return null;
      case 'appendTurn':
        await store.appendTurn(ask.sessionId, ask.turn);
        return null;
      case 'keepContext':
        // One that lost the session knows less than the one that has it.
        if (!this.#isOthers(agentId, ask.sessionId)) {
          await store.keepContext(ask.sessionId, ask.context);
        }
        return null;
      case 'sessionEnded': {
        const { sessionId, reason } = ask;
        // An agent that lost the session to another one can end only its own part in it.
        if (this.#isOthers(agentId, sessionId)) return null;
        await store.end(sessionId, reason);
        this.#apply({ kind: 'sessionEnded', agentId, sessionId });
        return null;
      }
      case 'status': {
        const { load, sessions, accepting, draining } = ask;
        this.#apply({ kind: 'status', agentId, status: { load, sessions, accepting, draining } });
        return null;
      }
    }
  }

  /** Whether another agent has the session by now. */
  #isOthers(agentId: string, sessionId: string): boolean {
    const held = roomOfSession(this.#pool, sessionId)?.[1];
    return held !== undefined && 'agentId' in held && held.agentId !== agentId;
  }

  async #roomJoined(agentId: string, roomName: string): Promise<Assignment | null> {
    const known = await this.#knownSession(roomName);
    this.#apply({ kind: 'roomJoined', agentId, roomName, known });
    const room = this.#pool.rooms.get(roomName);
    if (!room || !('sessionId' in room)) return null;
    return (await this.settings.store.loadAssignment(roomName)) ?? null;
  }

  async #knownSession(roomName: string): Promise<KnownSession | null> {
    if (this.#pool.rooms.has(roomName)) return null;
    const assignment = await this.settings.store.loadAssignment(roomName);
    return assignment ? { sessionId: assignment.sessionId, joined: assignment.takenOver } : null;
  }

  async #onStranded(roomName: string): Promise<void> {
    try {
      const assignment = await this.settings.store.loadAssignment(roomName);
      if (!assignment) return;
      const { sessionId, takenOver } = assignment;
      this.settings.log.warn({ sessionId, roomName }, 'a client waits without an agent');
      const known = { sessionId, joined: takenOver };
      this.#apply({ kind: 'stranded', roomName, known, graceMs: 0 });
    } catch (err) {
      this.settings.log.error({ err, roomName }, 'a stranded room could not be looked up');
    }
  }

  #apply(event: PoolEvent): void {
    const { pool, wishes } = stepPool(this.#pool, event, this.settings.clock.nowMs());
    this.#take(pool, wishes);
  }

  #take(pool: Pool, wishes: PoolWish[]): void {
    this.#pool = pool;
    for (const wish of wishes) this.#wishes.perform(wish);
    const { clock } = this.settings;
    const nowMs = clock.nowMs();
    const atMs = nextDeadlineMs(this.#pool, nowMs);
    this.#cancelTick?.();
    this.#cancelTick =
      atMs === undefined
        ? undefined
        : clock.after(atMs - nowMs, () => this.#apply({ kind: 'tick' }));
  }

  /** When the first claim lapses, if nobody hangs up before. */
  #retryAfterSeconds(): number {
    const nowMs = this.settings.clock.nowMs();
    let waitMs = 5_000;
    for (const room of this.#pool.rooms.values())
      if (room.state === 'awaited' || room.state === 'claimed')
        waitMs = Math.min(waitMs, room.untilMs - nowMs);
    return Math.max(1, Math.ceil(waitMs / 1_000));
  }
}
