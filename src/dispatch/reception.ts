import { randomUUID } from 'node:crypto';
import type { Clock } from '../lifetime/clock.ts';
import type { ServerPush } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { Membership } from '../protocol/roster.ts';
import type { Log } from '../telemetry/log.ts';
import {
  chooseRoom,
  identityOf,
  placesOf,
  RoomFull,
  RoomNotFound,
  type Entered,
  type Entrance,
  type Guest,
} from './entering.ts';
import { Lanes } from './lanes.ts';
import { NoAgentFree } from './no-agent-free.ts';
import type { PoolKeeper } from './pool-keeper.ts';
import { claimRoom } from './pool-step.ts';
import type { PoolWish } from './pool-wish.ts';
import { countPool } from './pool.ts';
import type { LocatedRoom, VoiceSessionStore } from './voice-sessions.ts';
import { whyFull, type WhyFull } from './why-full.ts';

export type ReceptionDeps = {
  store: VoiceSessionStore;
  keeper: PoolKeeper;
  perform: (wish: PoolWish) => void;
  push: (agentId: string, push: ServerPush) => boolean;
  /** A token is about to be given out. */
  onToken: () => void;
  onRefused?: ((why: WhyFull) => void) | undefined;
  clock: Clock;
  log: Log;
};

/** A place that was taken before anybody knew for what. */
type HeldPlace = { id: string; roomName: string; agentId: string | null; places: number };
type MadeRoom = { conversationId: string; members: Membership[] | null };

/** Lets people into rooms, as long as there is a place for them. */
export class Reception {
  /** Two who name the same new room at once find each other in it. */
  readonly #entering = new Lanes();
  /** Of one room, whichever of its names was said: a place that was kept for one is not given up under another. */
  readonly #joining = new Lanes();
  /** As it was logged last; null since somebody was let in. */
  #refusedFor: WhyFull | null = null;

  constructor(private readonly deps: ReceptionDeps) {}

  /**
   * Who wants a room of their own has a place in it, or is refused, before anything is looked up; one that was not needed
   * after all, for whatever reason, is free again.
   * @throws {NoAgentFree} at once
   * @throws {RoomNotFound | SharedSessionConflict} and what `introduce` throws
   */
  async enter(entrance: Entrance): Promise<Entered> {
    const { workspaceId, locator, introduce } = entrance;
    if (!locator) {
      const held = this.#hold(entrance);
      return this.#inPlace(held, async () => this.#make(entrance, await introduce(), held));
    }
    const lane = JSON.stringify([workspaceId, locator]);
    return this.#entering.run(lane, async () => {
      const guest = await introduce();
      const located = await this.deps.store.locate(workspaceId, locator);
      const found = chooseRoom(located, { ...entrance, ...guest });
      if (found) return this.#joining.run(found.roomName, () => this.#join(entrance, guest, found));
      const held = this.#hold(entrance);
      return this.#inPlace(held, () => this.#make(entrance, guest, held));
    });
  }

  #hold({ characters }: Entrance): HeldPlace {
    if (characters === null) throw new RoomNotFound();
    const { keeper, clock } = this.deps;
    const id = randomUUID();
    const claim = claimRoom(keeper.pool, id, clock.nowMs(), characters);
    if (!claim) throw this.#refusal();
    this.#refusedFor = null;
    keeper.take(claim.pool, claim.wishes);
    const { roomName, agentId, places } = claim;
    return { id, roomName, agentId, places };
  }

  /** Gives the place back when the work fails. */
  async #inPlace<T>({ roomName }: HeldPlace, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.deps.keeper.apply({ kind: 'claimFailed', roomName });
      throw cause;
    }
  }

  async #make(entrance: Entrance, guest: Guest, held: HeldPlace): Promise<Entered> {
    const { workspaceId, keyId, settings, locator } = entrance;
    if (!guest.make) throw new RoomNotFound();
    const { conversationId, members } = placed(await guest.make(), held.places);
    const { id, roomName, agentId } = held;
    const userIdentity = locator || members ? identityOf(entrance, guest) : `user:${id}`;
    const stored = {
      ...{ id, workspaceId, keyId, conversationId, roomName, userIdentity, settings, members },
      participant: participantOf(guest, userIdentity),
      sharedKey: locator?.kind === 'sharedKey' ? locator.key : null,
      roomAlias: locator?.kind === 'roomName' ? locator.name : null,
    };
    if ((await this.deps.store.open(stored)).id !== id) throw new Error('stored under another id');
    this.deps.onToken();
    // Not waited for: the agent has it long before the client has joined.
    if (agentId !== null) this.deps.perform({ do: 'assign', agentId, roomName });
    const roster = members && {
      ...{ members, routeEpoch: 0, rosterEpoch: 0 },
      activeMembershipId: members[0]?.membershipId ?? null,
    };
    return {
      ...{ sessionId: id, roomName, userIdentity, roomSessionId: id, conversationId },
      ...{ settings, roster, speaker: guest.speaker },
    };
  }

  async #join(entrance: Entrance, guest: Guest, room: LocatedRoom): Promise<Entered> {
    const { id: roomSessionId, roomName, conversationId, settings, roster } = room;
    const { keeper, push, onToken } = this.deps;
    const userIdentity = identityOf(entrance, guest);
    const participant = participantOf(guest, userIdentity);
    const places = placesOf(roster?.members ?? null);
    const awaited = { roomName, sessionId: roomSessionId, places };
    const isRevived = this.#revive(awaited);
    const sessionId = await this.#admit(participant, room, entrance.settings.memory_enabled).catch(
      (cause: unknown) => {
        if (isRevived) keeper.apply({ kind: 'reviveFailed', roomName });
        throw cause;
      },
    );
    keeper.apply({ kind: 'expected', ...awaited });
    onToken();
    const held = keeper.pool.rooms.get(roomName);
    // An agent that comes later reads it with all the rest.
    if (held && 'agentId' in held)
      push(held.agentId, { push: 'expect', sessionId: roomSessionId, participant });
    return {
      ...{ sessionId, roomName, userIdentity, roomSessionId, conversationId },
      ...{ settings, roster, speaker: guest.speaker },
    };
  }

  /**
   * A room that was given up takes its places anew, before anything is waited for.
   * @returns whether it had been given up. @throws {NoAgentFree}
   */
  #revive(awaited: { roomName: string; sessionId: string; places: number }): boolean {
    const { keeper } = this.deps;
    const { pool } = keeper;
    if (pool.rooms.has(awaited.roomName)) return false;
    if (pool.closing || countPool(pool).free < awaited.places) throw this.#refusal();
    keeper.apply({ kind: 'expected', ...awaited });
    return true;
  }

  /** @returns the id of their place. @throws {RoomFull} */
  async #admit(
    participant: Participant,
    { id: sessionId, settings }: LocatedRoom,
    remembered: boolean,
  ): Promise<string> {
    const most = settings.max_num_participants;
    const id = randomUUID();
    const place = await this.deps.store.admit({ sessionId, id, participant, remembered, most });
    if (place === undefined) throw new RoomFull(most);
    return place;
  }

  #refusal(): NoAgentFree {
    const { keeper, log, onRefused } = this.deps;
    const { pool } = keeper;
    const why = whyFull(pool) ?? 'places';
    // Once for many: refusals come in crowds.
    if (why !== this.#refusedFor) log.warn({ why, ...countPool(pool) }, 'no agent is free');
    this.#refusedFor = why;
    onRefused?.(why);
    return new NoAgentFree(why, this.#retryAfterSeconds());
  }

  /** When the first claim lapses, if nobody hangs up before. */
  #retryAfterSeconds(): number {
    const nowMs = this.deps.clock.nowMs();
    let waitMs = 5_000;
    for (const room of this.deps.keeper.pool.rooms.values())
      if (room.state === 'awaited' || room.state === 'claimed')
        waitMs = Math.min(waitMs, room.untilMs - nowMs);
    return Math.max(1, Math.ceil(waitMs / 1_000));
  }
}

/** Those who found no place in the room are told of as such, and stay out. */
function placed({ conversationId, members }: MadeRoom, places: number): MadeRoom {
  const marked = members?.map((member, index) =>
    index < places ? member : { ...member, failureCode: 'no_agent_free' as const },
  );
  return { conversationId, members: marked ?? null };
}

function participantOf({ speaker }: Guest, identity: string): Participant {
  return { identity, speakerId: speaker.id, speakerName: speaker.name };
}
