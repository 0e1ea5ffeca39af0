import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type {
  Assignment,
  RosterAnswer,
  ServerPush,
  SessionEnd,
  Welcome,
} from '../protocol/journal.ts';
import type { Material } from '../protocol/material.ts';
import type { RosterCommand } from '../protocol/roster.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';
import type { AgentDesk, LineEnd, SessionAsk } from './agent-connection.ts';
import { placesOf, type Entered, type Entrance } from './entering.ts';
import { stepPool, type PoolEvent } from './pool-step.ts';
import type { KnownSession } from './pool-rooms.ts';
import type { PoolWish } from './pool-wish.ts';
import {
  countPool,
  emptyPool,
  isAccepting,
  nextDeadlineMs,
  placesLeft,
  roomOfSession,
  type Pool,
  type PoolCount,
  type PoolRules,
} from './pool.ts';
import { Reception } from './reception.ts';
import { StrandedRooms } from './stranded-rooms.ts';
import type { VoiceSessionStore } from './voice-sessions.ts';
import { fullAgents, type AgentReason, type WhyFull } from './why-full.ts';
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
  /** Somebody was not let in. */
  onRefused?: (why: WhyFull) => void;
  clock: Clock;
  log: Log;
};

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
  readonly #reception: Reception;
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
    this.#reception = new Reception({
      ...settings,
      pool: () => this.#pool,
      take: (pool, wishes) => this.#take(pool, wishes),
      apply: (event) => this.#apply(event),
      perform: (wish) => this.#wishes.perform(wish),
      onToken: () => this.#stranded.watchFor(settings.tokenLifeMs),
    });
  }

  /**
   * Lets a human into a room: the one that the client names, or a new one, in which an agent waits or for which LiveKit
   * makes the room when the client joins with a token that asks for the agent.
   * @throws {NoAgentFree} before anything is looked up for a room of one's own
   * @throws {RoomNotFound | SharedSessionConflict} and what `introduce` throws
   */
  enter(entrance: Entrance): Promise<Entered> {
    return this.#reception.enter(entrance);
  }

  /** Takes up what an earlier server process left: rooms whose clients may still be there. Call before agents come. */
  async recover(): Promise<void> {
    const { store, log, tokenLifeMs } = this.settings;
    const left = await store.listOpen();
    for (const { id, roomName, joinedAt, places } of left) {
      if (joinedAt === null) await store.end(id, 'never_joined');
      else {
        const known = { sessionId: id, joined: true, places };
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

  /** Tells the agent that has the session now; what none has needs to be told to nobody. */
  tell(push: Extract<ServerPush, { sessionId: string }>): void {
    const room = roomOfSession(this.#pool, push.sessionId)?.[1];
    if (room && 'agentId' in room) this.settings.push(room.agentId, push);
  }

  /** Tells every agent: there is something to recall for this character now. */
  tellRecalls(characterId: string): void {
    for (const agentId of this.#pool.agents.keys())
      this.settings.push(agentId, { push: 'recalls', characterId });
  }

  count(): PoolCount {
    return countPool(this.#pool);
  }

  /** How many agents take nothing new, by their reason. */
  fullAgents(): Record<AgentReason, number> {
    return fullAgents(this.#pool);
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
        return `turns of ${ask.membershipId ?? ask.sessionId}`;
      case 'keepContext':
        return `context of ${ask.sessionId}`;
      case 'attendance':
        return `attendance of ${ask.sessionId}`;
      case 'rosterCommand':
        return `roster of ${ask.sessionId}`;
      // Its answer is of use for a moment only: it waits for nothing.
      case 'recall':
        return `recall ${randomUUID()}`;
      case 'status':
        return 'status';
    }
  }

  async answer(
    agentId: string,
    ask: SessionAsk,
  ): Promise<Assignment | RosterAnswer | Material[] | null> {
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
        await store.appendTurn(ask.sessionId, ask.turn, ask.membershipId);
        return null;
      case 'keepContext':
        // One that lost the session knows less than the one that has it.
        if (!this.#isOthers(agentId, ask.sessionId)) {
          await store.keepContext(ask.sessionId, ask.context);
        }
        return null;
      case 'attendance':
        await this.#attend(agentId, ask.sessionId, ask.here);
        return null;
      case 'rosterCommand':
        return this.#recast(agentId, ask.sessionId, ask.command);
      case 'recall':
        return store.recall(ask.sessionId, ask.query, ask.membershipId);
      case 'sessionEnded': {
        const { sessionId, reason } = ask;
        // An agent that lost the session to another one can end only its own part in it.
        if (this.#isOthers(agentId, sessionId)) return null;
        await store.end(sessionId, reason);
        this.#apply({ kind: 'sessionEnded', agentId, sessionId });
        return null;
      }
      case 'status': {
        const { load, sessions, maxSessions, full } = ask;
        this.#apply({ kind: 'status', agentId, status: { load, sessions, maxSessions, full } });
        return null;
      }
    }
  }

  /** Changes who plays in a room, as far as its agent has places for those who are to come. */
  async #recast(agentId: string, sessionId: string, command: RosterCommand): Promise<RosterAnswer> {
    const { free } = countPool(this.#pool);
    const spare = isAccepting(this.#pool, agentId) ? placesLeft(this.#pool, agentId) : 0;
    const { answer, members } = await this.settings.store.commandRoster(
      sessionId,
      command,
      Math.min(free, spare),
    );
    this.#apply({ kind: 'recast', sessionId, places: placesOf(members) });
    return answer;
  }

  /** Whether another agent has the session by now. */
  #isOthers(agentId: string, sessionId: string): boolean {
    const held = roomOfSession(this.#pool, sessionId)?.[1];
    return held !== undefined && 'agentId' in held && held.agentId !== agentId;
  }

  /** Who was let in, did not come, and comes when others have the places, is put out again. */
  async #attend(agentId: string, sessionId: string, here: string[]): Promise<void> {
    const { store, rooms, log } = this.settings;
    if (this.#isOthers(agentId, sessionId)) return;
    const tooMany = await store.attend(sessionId, here);
    const [roomName] = roomOfSession(this.#pool, sessionId) ?? [];
    if (roomName === undefined) return;
    for (const identity of tooMany) {
      log.info({ sessionId }, 'somebody came too late for their place');
      await rooms.putOut(roomName, identity);
    }
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
    return assignment ? knownFrom(assignment) : null;
  }

  async #onStranded(roomName: string): Promise<void> {
    try {
      const assignment = await this.settings.store.loadAssignment(roomName);
      if (!assignment) return;
      const known = knownFrom(assignment);
      const { sessionId } = known;
      this.settings.log.warn({ sessionId, roomName }, 'a client waits without an agent');
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
}

function knownFrom({ sessionId, takenOver, cast }: Assignment): KnownSession {
  return { sessionId, joined: takenOver, places: placesOf(cast?.roles ?? null) };
}
