import type { Conversations } from '../chats/conversations.ts';
import { newRoster, present } from '../chats/roster.ts';
import type { OpenVoiceSession, RoomLocator, VoiceSession } from '../chats/voice-sessions.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { Assignment, RosterAnswer, SessionEnd } from '../protocol/journal.ts';
import type { Material, RecallQuery } from '../protocol/material.ts';
import type { Participant } from '../protocol/participant.ts';
import type { Membership, RosterCommand } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { AfterworkDesk } from './afterwork-desk.ts';
import { loadAssignment, type MindDeps } from './mind.ts';
import { RecallScopes } from './recall-scopes.ts';
import { commandRoster } from './roster-desk.ts';

export type SessionStoreDeps = MindDeps & {
  conversations: Conversations;
  clock: Clock;
  /** How long a client's token lets it in, and so how long after `never_joined` it may still come. */
  tokenLifeMs: number;
  /** How long a place is kept for one who was let in and does not come. */
  holdMs: number;
  mostCharacters: number;
  afterwork: Pick<AfterworkDesk, 'turnStored' | 'sessionEnding'>;
};

type Opening = Omit<OpenVoiceSession, 'roster' | 'first'> & {
  members: Membership[] | null;
  participant: Participant;
};

/** Voice sessions as those see them who place and serve them; every call may be repeated. */
export class SessionStore {
  readonly #scopes: RecallScopes;

  constructor(private readonly deps: SessionStoreDeps) {
    this.#scopes = new RecallScopes(deps.sessions);
  }

  /**
   * @param members of a room with several characters
   * @param participant who comes in first
   */
  open({ members, participant, ...session }: Opening): Promise<{ id: string }> {
    const roster = members && newRoster(members);
    const { memory_enabled: remembered } = session.settings;
    const first = { participant, remembered, admittedAt: this.deps.clock.nowAt() };
    return this.deps.sessions.open({ ...session, roster, first });
  }

  /** Rooms of this workspace that a client may mean, the newest first. */
  locate(workspaceId: string, locator: RoomLocator): Promise<VoiceSession[]> {
    return this.deps.sessions.locate(workspaceId, locator, this.#reopenableSince());
  }

  /** @returns the id of their place, or undefined when the room is full */
  admit(place: {
    sessionId: string;
    id: string;
    participant: Participant;
    /** Their own wish, whoever made the room. */
    remembered: boolean;
    most: number;
  }): Promise<string | undefined> {
    const at = this.deps.clock.nowAt();
    const heldSince = new Date(at.getTime() - this.deps.holdMs);
    return this.deps.participants.admit({ ...place, at, heldSince });
  }

  /** Who is in the room now. @returns those whose place was given to others before they came */
  async attend(sessionId: string, here: string[]): Promise<string[]> {
    const inside = await this.deps.participants.note(sessionId, here, this.deps.clock.nowAt());
    const session = await this.deps.sessions.get(sessionId);
    return session ? inside.slice(session.settings.max_num_participants) : [];
  }

  /** @param spare places that there are for more characters */
  commandRoster(
    sessionId: string,
    command: RosterCommand,
    spare: number,
  ): Promise<{ answer: RosterAnswer; members: Membership[] }> {
    return commandRoster(sessionId, command, { ...this.deps, spare });
  }

  /** @returns undefined for a room whose client cannot come (any more) */
  loadAssignment(roomName: string): Promise<Assignment | undefined> {
    return loadAssignment({ roomName, reopenableSince: this.#reopenableSince() }, this.deps);
  }

  markJoined(sessionId: string): Promise<void> {
    return this.deps.sessions.markJoined(sessionId, this.deps.clock.nowAt());
  }

  /** @returns whether the turn came to its end with this: a result that is late only adds to it */
  async appendTurn(
    sessionId: string,
    turn: TurnRecord,
    membershipId?: string,
  ): Promise<{ isFinishedBy: boolean }> {
    const { turns, afterwork } = this.deps;
    const { conversationId, isFinishedBy } = await turns.append(sessionId, turn, membershipId);
    afterwork.turnStored(conversationId, turn);
    return { isFinishedBy };
  }

  keepContext(sessionId: string, context: ClientContext): Promise<void> {
    return this.deps.sessions.keepContext(sessionId, context);
  }

  /** What may help to answer a user of this session. @throws {UnknownSession} */
  async recall(sessionId: string, query: RecallQuery, membershipId?: string): Promise<Material[]> {
    const { recall } = this.deps;
    if (!recall) return [];
    const scope = await this.#scopes.of(sessionId, membershipId);
    const { speakerId } = query;
    const wish =
      speakerId === null
        ? undefined
        : await this.deps.participants.isRemembered(sessionId, speakerId);
    return recall.find(wish === undefined ? scope : { ...scope, remembers: wish }, query);
  }

  async end(sessionId: string, reason: SessionEnd): Promise<boolean> {
    await this.deps.afterwork.sessionEnding(sessionId);
    return this.deps.sessions.end(sessionId, reason, this.deps.clock.nowAt());
  }

  async listOpen(): Promise<
    { id: string; roomName: string; joinedAt: Date | null; places: number }[]
  > {
    const open = await this.deps.sessions.listOpen();
    return open.map(({ id, roomName, joinedAt, roster }) => ({
      ...{ id, roomName, joinedAt },
      places: roster ? present(roster.members).length : 1,
    }));
  }

  #reopenableSince(): Date {
    return new Date(this.deps.clock.nowAt().getTime() - this.deps.tokenLifeMs);
  }
}
