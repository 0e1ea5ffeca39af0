import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { ServerPush, SessionEnd, Welcome } from '../protocol/journal.ts';
import type { Rooms } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';
import type { AgentDesk } from './agent-connection.ts';
import type { Entered, Entrance } from './entering.ts';
import { knownFrom } from './known-session.ts';
import { namePrefix, PoolKeeper } from './pool-keeper.ts';
import { countPool, roomOfSession, type PoolCount, type PoolRules } from './pool.ts';
import { Reception } from './reception.ts';
import { SessionDesk } from './session-desk.ts';
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

/** After our own start, agents that outlived us say hello before their rooms are given to others. */
const recoveryGraceMs = 3_000;

/** Which agent process serves which room. */
export class Dispatch implements Closable {
  /** For the agents' lines. */
  readonly desk: AgentDesk;
  readonly #keeper: PoolKeeper;
  readonly #wishes: WishWorker;
  readonly #stranded: StrandedRooms;
  readonly #reception: Reception;

  constructor(private readonly settings: DispatchSettings) {
    const { rooms, clock, log, rules, tokenLifeMs } = settings;
    const keeper: PoolKeeper = new PoolKeeper({
      ...{ rules, clock },
      perform: (wish) => {
        this.#wishes.perform(wish);
      },
    });
    this.#keeper = keeper;
    const pool = () => keeper.pool;
    this.#wishes = new WishWorker({ ...settings, pool, apply: (event) => keeper.apply(event) });
    this.#stranded = new StrandedRooms({
      ...{ rooms, clock, log },
      isCared: (roomName) =>
        !roomName.startsWith(namePrefix) ||
        (keeper.pool.rooms.get(roomName)?.state ?? 'awaited') !== 'awaited',
      onStranded: (roomName) => void this.#onStranded(roomName),
    });
    this.#reception = new Reception({
      ...settings,
      keeper,
      perform: (wish) => this.#wishes.perform(wish),
      onToken: () => this.#stranded.watchFor(tokenLifeMs),
    });
    this.desk = new SessionDesk({ ...settings, keeper });
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
        this.#keeper.apply({ kind: 'stranded', roomName, known, graceMs: recoveryGraceMs });
      }
    }
    this.#stranded.watchFor(tokenLifeMs);
    if (left.length > 0) log.info({ sessions: left.length }, 'found open voice sessions');
  }

  /** Ends a session of ours, whoever serves it now; another server's is left alone. */
  end(sessionId: string, reason: SessionEnd): void {
    const room = roomOfSession(this.#keeper.pool, sessionId)?.[1];
    if (!room) return;
    const agentId = 'agentId' in room ? room.agentId : null;
    this.#wishes.perform({ do: 'endSession', sessionId, agentId, reason });
  }

  /** Tells the agent that has the session now; what none has needs to be told to nobody. */
  tell(push: Extract<ServerPush, { sessionId: string }>): void {
    const room = roomOfSession(this.#keeper.pool, push.sessionId)?.[1];
    if (room && 'agentId' in room) this.settings.push(room.agentId, push);
  }

  /** Tells every agent: there is something to recall for this character now. */
  tellRecalls(characterId: string): void {
    for (const agentId of this.#keeper.pool.agents.keys())
      this.settings.push(agentId, { push: 'recalls', characterId });
  }

  count(): PoolCount {
    return countPool(this.#keeper.pool);
  }

  /** How many agents take nothing new, by their reason. */
  fullAgents(): Record<AgentReason, number> {
    return fullAgents(this.#keeper.pool);
  }

  /** LiveKit is back after it died: warm rooms are made anew. Live ones are rejoined by those who were in them. */
  livekitRestarted(): void {
    this.#keeper.apply({ kind: 'livekitRestarted' });
  }

  /** Nothing new from now on: no session, no warm room, no taking over. Sessions go on until their agents end. */
  stop(): void {
    this.#keeper.apply({ kind: 'closing' });
    this.#stranded.close();
  }

  /** After the agents ended: ends what sessions they left, and removes every room. */
  async close(): Promise<void> {
    this.stop();
    this.#keeper.close();
    const reason = 'shutdown';
    for (const [roomName, room] of this.#keeper.pool.rooms) {
      this.#wishes.perform({ do: 'deleteRoom', roomName });
      if (!('sessionId' in room)) continue;
      const { sessionId } = room;
      this.#wishes.perform({ do: 'endSession', sessionId, agentId: null, reason });
    }
    await this.#wishes.close();
  }

  async #onStranded(roomName: string): Promise<void> {
    try {
      const assignment = await this.settings.store.loadAssignment(roomName);
      if (!assignment) return;
      const known = knownFrom(assignment);
      const { sessionId } = known;
      this.settings.log.warn({ sessionId, roomName }, 'a client waits without an agent');
      this.#keeper.apply({ kind: 'stranded', roomName, known, graceMs: 0 });
    } catch (err) {
      this.settings.log.error({ err, roomName }, 'a stranded room could not be looked up');
    }
  }
}
