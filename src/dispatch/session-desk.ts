import { randomUUID } from 'node:crypto';
import type { Assignment, RosterAnswer, Welcome } from '../protocol/journal.ts';
import type { Material } from '../protocol/material.ts';
import type { RosterCommand } from '../protocol/roster.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';
import type { AgentDesk, LineEnd, SessionAsk } from './agent-connection.ts';
import { placesOf } from './entering.ts';
import { knownFrom, type KnownSession } from './known-session.ts';
import type { PoolKeeper } from './pool-keeper.ts';
import { countPool, isAccepting, placesLeft, roomOfSession } from './pool.ts';
import type { VoiceSessionStore } from './voice-sessions.ts';

export type SessionDeskDeps = {
  keeper: PoolKeeper;
  rooms: Rooms;
  store: VoiceSessionStore;
  /** Asked at each hello, so that a changed provider or LiveKit reaches agents that stay. */
  welcome: () => Welcome;
  log: Log;
};

/** A broken line may be a network's hiccup: the agent is back within this time, or dead. */
const brokenGraceMs = 250;

/** What agent processes ask of the server for the sessions that they serve. */
export class SessionDesk implements AgentDesk {
  constructor(private readonly deps: SessionDeskDeps) {}

  async hello(agentId: string, rooms: string[]): Promise<Welcome> {
    const { keeper, log, welcome } = this.deps;
    const known = new Map<string, KnownSession | null>();
    for (const roomName of rooms) known.set(roomName, await this.#knownSession(roomName));
    log.info({ agentId, rooms: rooms.length }, 'agent connected');
    keeper.apply({ kind: 'hello', agentId, rooms: known });
    return welcome();
  }

  lost(agentId: string, how: LineEnd): void {
    const { keeper, log } = this.deps;
    log.warn({ agentId, how }, 'agent line lost');
    keeper.apply({ kind: 'agentLost', agentId, graceMs: how === 'broken' ? brokenGraceMs : 0 });
  }

  laneOf(ask: SessionAsk): string {
    switch (ask.op) {
      case 'roomJoined':
      case 'roomLeft':
        return ask.roomName;
      case 'clientJoined':
      case 'sessionEnded':
        return roomOfSession(this.deps.keeper.pool, ask.sessionId)?.[0] ?? ask.sessionId;
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
    const { store, keeper } = this.deps;
    switch (ask.op) {
      case 'roomJoined':
        return this.#roomJoined(agentId, ask.roomName);
      case 'roomLeft':
        keeper.apply({ kind: 'roomLeft', agentId, roomName: ask.roomName });
        return null;
      case 'clientJoined':
        keeper.apply({ kind: 'clientJoined', agentId, sessionId: ask.sessionId });
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
        keeper.apply({ kind: 'sessionEnded', agentId, sessionId });
        return null;
      }
      case 'status': {
        const { load, sessions, maxSessions, full } = ask;
        keeper.apply({ kind: 'status', agentId, status: { load, sessions, maxSessions, full } });
        return null;
      }
    }
  }

  /** Changes who plays in a room, as far as its agent has places for those who are to come. */
  async #recast(agentId: string, sessionId: string, command: RosterCommand): Promise<RosterAnswer> {
    const { keeper, store } = this.deps;
    const { free } = countPool(keeper.pool);
    const spare = isAccepting(keeper.pool, agentId) ? placesLeft(keeper.pool, agentId) : 0;
    const { answer, members } = await store.commandRoster(
      sessionId,
      command,
      Math.min(free, spare),
    );
    keeper.apply({ kind: 'recast', sessionId, places: placesOf(members) });
    return answer;
  }

  /** Whether another agent has the session by now. */
  #isOthers(agentId: string, sessionId: string): boolean {
    const held = roomOfSession(this.deps.keeper.pool, sessionId)?.[1];
    return held !== undefined && 'agentId' in held && held.agentId !== agentId;
  }

  /** Who was let in, did not come, and comes when others have the places, is put out again. */
  async #attend(agentId: string, sessionId: string, here: string[]): Promise<void> {
    const { keeper, store, rooms, log } = this.deps;
    if (this.#isOthers(agentId, sessionId)) return;
    const tooMany = await store.attend(sessionId, here);
    const [roomName] = roomOfSession(keeper.pool, sessionId) ?? [];
    if (roomName === undefined) return;
    for (const identity of tooMany) {
      log.info({ sessionId }, 'somebody came too late for their place');
      await rooms.putOut(roomName, identity);
    }
  }

  async #roomJoined(agentId: string, roomName: string): Promise<Assignment | null> {
    const { keeper, store } = this.deps;
    const known = await this.#knownSession(roomName);
    keeper.apply({ kind: 'roomJoined', agentId, roomName, known });
    const room = keeper.pool.rooms.get(roomName);
    if (!room || !('sessionId' in room)) return null;
    return (await store.loadAssignment(roomName)) ?? null;
  }

  async #knownSession(roomName: string): Promise<KnownSession | null> {
    const { keeper, store } = this.deps;
    if (keeper.pool.rooms.has(roomName)) return null;
    const assignment = await store.loadAssignment(roomName);
    return assignment ? knownFrom(assignment) : null;
  }
}
