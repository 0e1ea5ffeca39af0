import { randomUUID } from 'node:crypto';
import { PublicError } from '../errors/public-error.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import { humanIdentity } from '../protocol/participant.ts';
import type { Membership, Roster } from '../protocol/roster.ts';
import type { LocatedRoom, RoomLocator } from './voice-sessions.ts';

/** What is made when no room is joined. */
export type RoomContent = {
  /** With which the room begins. */
  conversationId: string;
  /** Of a room with several characters. */
  members: Membership[] | null;
};

/** What one /connect asks of dispatch. */
export type Entrance = {
  workspaceId: string;
  /** Whose limits hold. */
  keyId: string;
  settings: SessionSettings;
  /** Named by a client that shares its room; null for a room of its own. */
  locator: RoomLocator | null;
  /** Whether the client speaks of a room with several characters; null: it did not say. */
  isCast: boolean | null;
  /** How many a new room is to have; null: only a room that is there will do. */
  characters: number | null;
  /**
   * Looks up who comes, and to whom: asked once there is a place for them.
   * @throws {PublicError} for a character that is not theirs
   */
  introduce: () => Promise<Guest>;
};

/** Who comes, and to whom. */
export type Guest = {
  /** As far as the client said. */
  speaker: { id: string | null; name: string | null };
  /** Which of several rooms of one key: the one of this character; null: whichever there is. */
  characterId: string | null;
  /** Opens the conversations of a new room; null: only a room that is there will do. */
  make: (() => Promise<RoomContent>) | null;
};

export type Entered = {
  /** Of this human's place, whoever else is in the room. */
  sessionId: string;
  roomName: string;
  userIdentity: string;
  /** Of the whole room. */
  roomSessionId: string;
  conversationId: string;
  settings: SessionSettings;
  roster: Roster | null;
  speaker: Guest['speaker'];
};

export class RoomNotFound extends PublicError {
  override readonly name = 'RoomNotFound';
  constructor() {
    super(404, 'room_not_found', 'There is no such room to join.');
  }
}

/** As the API that clients were written for words it: 409 for whatever is wrong with the state of a shared room. */
export class SharedSessionConflict extends PublicError {
  override readonly name: string = 'SharedSessionConflict';
  constructor(message: string) {
    super(409, 'shared_session_conflict', message);
  }
}

export class RoomFull extends SharedSessionConflict {
  override readonly name = 'RoomFull';
  constructor(most: number) {
    super(`The room is full: it holds ${most} participant${most === 1 ? '' : 's'}.`);
  }
}

/**
 * Which of the rooms of one name is meant. A key is scoped to its character, and a room with several characters has
 * its own; who joins without naming a character means the one room that there is.
 * @throws {SharedSessionConflict} when that could be several
 */
export function chooseRoom(
  rooms: LocatedRoom[],
  { locator, isCast, characterId }: Pick<Entrance & Guest, 'locator' | 'isCast' | 'characterId'>,
): LocatedRoom | undefined {
  const fitting = rooms.filter(
    (room) =>
      (isCast === null || isCast === (room.roster !== null)) &&
      (characterId === null || characterId === room.characterId),
  );
  const casts = fitting.filter(({ roster }) => roster !== null);
  const meant = casts.length > 0 ? casts : fitting;
  const [chosen] = meant;
  const isAmbiguous = meant.some((room) => room.characterId !== chosen?.characterId);
  if (isAmbiguous && locator?.kind === 'sharedKey')
    throw new SharedSessionConflict('The key is used with several characters: send character_id.');
  return chosen;
}

/**
 * Under which a human is in the room. In a room of one's own it is nobody's business who one is; in a shared one the
 * others are told apart by it, and the same human who comes again takes the place they had.
 */
export function identityOf({ locator, isCast }: Entrance, { speaker }: Guest): string {
  const isShared = locator !== null || isCast === true;
  return isShared && speaker.id !== null ? humanIdentity(speaker.id) : `user:${randomUUID()}`;
}

/** What the characters of a room take of an agent's places; a room with one has no list of them. */
export function placesOf(members: readonly { failureCode?: string | undefined }[] | null): number {
  if (!members) return 1;
  return Math.max(1, members.filter(({ failureCode }) => failureCode === undefined).length);
}
