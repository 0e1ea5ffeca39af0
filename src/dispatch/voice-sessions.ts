import type { ClientContext } from '../protocol/client-context.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { Assignment, RosterAnswer, SessionEnd } from '../protocol/journal.ts';
import type { Material, RecallQuery } from '../protocol/material.ts';
import type { Participant } from '../protocol/participant.ts';
import type { Membership, Roster, RosterCommand } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

export type NewVoiceSession = {
  /** Made by dispatch; the session is stored under this very id. */
  id: string;
  workspaceId: string;
  /** The API key it was opened with; its limits hold. */
  keyId: string;
  conversationId: string;
  roomName: string;
  userIdentity: string;
  settings: SessionSettings;
  sharedKey: string | null;
  roomAlias: string | null;
  /** Of a room with several characters, whether there are several now or not; the first one is spoken to. */
  members: Membership[] | null;
  /** Who comes in first; their place has the id of the session. */
  participant: Participant;
};

/** How a client names a room that is there already. */
export type RoomLocator =
  | { kind: 'sharedKey'; key: string }
  | { kind: 'roomName'; name: string }
  | { kind: 'roomSession'; id: string };

/** A room that somebody may join. */
export type LocatedRoom = {
  id: string;
  roomName: string;
  /** The one with which the room was made. */
  characterId: string;
  conversationId: string;
  settings: SessionSettings;
  roster: Roster | null;
};

/** What dispatch needs of the place where conversations are stored. Everything may be called twice. */
export interface VoiceSessionStore {
  /** Stores a session, and lets its first human in. */
  open(session: NewVoiceSession): Promise<{ id: string }>;
  /** Rooms of this workspace that are open, or whose client may still come; the newest first. */
  locate(workspaceId: string, locator: RoomLocator): Promise<LocatedRoom[]>;
  /**
   * Lets a human into a session; one identity has one place.
   * @returns the id of their place, or undefined when all `most` places are taken
   */
  admit(place: {
    sessionId: string;
    id: string;
    participant: Participant;
    /** Their own wish, whoever made the room. */
    remembered: boolean;
    most: number;
  }): Promise<string | undefined>;
  /** Notes who is in the room. @returns those of them whose place was given to others before they came */
  attend(sessionId: string, here: string[]): Promise<string[]>;
  /**
   * @param spare places that its agent has for more characters
   * @returns the answer, and who is in the room then
   * @throws {PublicError} 404 for a room with one character
   */
  commandRoster(
    sessionId: string,
    command: RosterCommand,
    spare: number,
  ): Promise<{ answer: RosterAnswer; members: Membership[] }>;
  /**
   * @returns the room's session, when it is open, or when it ended as `never_joined` and its token may still be used;
   * `takenOver` says that its client had joined before
   */
  loadAssignment(roomName: string): Promise<Assignment | undefined>;
  /** A session that had ended as `never_joined` is open again. */
  markJoined(sessionId: string): Promise<unknown>;
  /** What a client changed of its session; in place of what was kept before. */
  keepContext(sessionId: string, context: ClientContext): Promise<unknown>;
  appendTurn(sessionId: string, turn: TurnRecord, membershipId?: string): Promise<unknown>;
  /** What may help to answer a user of this session. @throws {PublicError} 404 for an unknown one */
  recall(sessionId: string, query: RecallQuery, membershipId?: string): Promise<Material[]>;
  end(sessionId: string, reason: SessionEnd): Promise<unknown>;
  /** @returns each with the places that its characters take */
  listOpen(): Promise<{ id: string; roomName: string; joinedAt: Date | null; places: number }[]>;
}
