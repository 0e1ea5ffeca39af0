import { and, asc, desc, eq, gt, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, participants, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { SessionEnd } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import { StoredRoster } from './roster.ts';
import { parseSession, sessionColumns, sessionColumnsOwn } from './session-row.ts';

/** One room with its humans and its characters, from the first /connect to the end. */
export type VoiceSession = {
  id: string;
  conversationId: string;
  workspaceId: string;
  characterId: string;
  roomName: string;
  userIdentity: string;
  settings: SessionSettings;
  /** What the client changed since; null when nothing. */
  context: ClientContext | null;
  /** The client's names for a room that others may join. */
  sharedKey: string | null;
  roomAlias: string | null;
  /** Null in a room with one character. */
  roster: StoredRoster | null;
  createdAt: Date;
  /** When the client was first seen in the room. */
  joinedAt: Date | null;
  endedAt: Date | null;
};

export type OpenVoiceSession = Pick<
  VoiceSession,
  'id' | 'workspaceId' | 'conversationId' | 'roomName' | 'settings' | 'userIdentity'
> &
  Partial<Pick<VoiceSession, 'sharedKey' | 'roomAlias' | 'roster'>> & {
    /** Who comes in first; their place has the session's own id. */
    first?: { participant: Participant; remembered: boolean; admittedAt: Date };
  };

/** How a client names a room that is there already. */
export type RoomLocator =
  | { kind: 'sharedKey'; key: string }
  | { kind: 'roomName'; name: string }
  | { kind: 'roomSession'; id: string };

/** There is no voice session of this id. */
export class UnknownSession extends PublicError {
  override readonly name = 'UnknownSession';
  constructor() {
    super(404, 'unknown_session', 'There is no such voice session.');
  }
}

export class VoiceSessions {
  constructor(private readonly db: Db) {}

  /**
   * Stores a session under the id that its caller made; a repeated call changes nothing.
   * @throws {UnknownSession} when the workspace has no such conversation
   */
  async open(request: OpenVoiceSession): Promise<VoiceSession> {
    const { id, workspaceId, conversationId, first, ...rest } = request;
    return this.db.transaction(async (tx) => {
      const [conversation] = await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(
          and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)),
        )
        .returning({
          workspaceId: conversations.workspaceId,
          characterId: conversations.characterId,
        });
      if (!conversation) throw new UnknownSession();
      const [made] = await tx
        .insert(voiceSessions)
        .values({ id, conversationId, ...rest })
        .onConflictDoNothing()
        .returning(sessionColumnsOwn);
      const session = made
        ? parseSession({ ...made, ...conversation })
        : await new VoiceSessions(tx).get(id);
      if (session?.conversationId !== conversationId) throw new UnknownSession();
      if (first) {
        const { participant, remembered, admittedAt } = first;
        const place = { id, sessionId: id, ...participant, remembered, admittedAt };
        await tx.insert(participants).values(place).onConflictDoNothing();
      }
      return session;
    });
  }

  /**
   * The newest session of the room that has not ended, or that ended as `never_joined` and was made after
   * `reopenableSince`: its client may still come.
   */
  async openByRoom(
    roomName: string,
    reopenableSince = new Date(),
  ): Promise<VoiceSession | undefined> {
    const [row] = await this.#select()
      .where(and(eq(voiceSessions.roomName, roomName), isOpen(reopenableSince)))
      .orderBy(desc(voiceSessions.createdAt))
      .limit(1);
    return row && parseSession(row);
  }

  /** The rooms of this workspace that the client may mean, the newest first; open in the sense of `openByRoom`. */
  async locate(
    workspaceId: string,
    locator: RoomLocator,
    reopenableSince: Date,
  ): Promise<VoiceSession[]> {
    const rows = await this.#select()
      .where(
        and(eq(conversations.workspaceId, workspaceId), isNamed(locator), isOpen(reopenableSince)),
      )
      .orderBy(desc(voiceSessions.createdAt))
      .limit(mostLocated);
    return rows.map(parseSession);
  }

  /** @throws {UnknownSession} */
  async saveRoster(sessionId: string, roster: StoredRoster): Promise<void> {
    await this.#require(sessionId);
    await this.db.update(voiceSessions).set({ roster }).where(eq(voiceSessions.id, sessionId));
  }

  /** @returns the session, ended or not */
  async get(sessionId: string): Promise<VoiceSession | undefined> {
    if (!isUuid(sessionId)) return undefined;
    const [row] = await this.#select().where(eq(voiceSessions.id, sessionId));
    return row && parseSession(row);
  }

  /** Sessions that have not ended, oldest first: after a restart, what may still live in LiveKit. */
  async listOpen(): Promise<Pick<VoiceSession, 'id' | 'roomName' | 'joinedAt' | 'roster'>[]> {
    const rows = await this.db
      .select({
        id: voiceSessions.id,
        roomName: voiceSessions.roomName,
        joinedAt: voiceSessions.joinedAt,
        roster: voiceSessions.roster,
      })
      .from(voiceSessions)
      .where(isNull(voiceSessions.endedAt))
      .orderBy(asc(voiceSessions.createdAt));
    return rows.map((row) => ({ ...row, roster: StoredRoster.nullable().parse(row.roster) }));
  }

  /**
   * The client was seen in the room; the first time counts. A session that had ended as `never_joined` is open again.
   * @throws {UnknownSession}
   */
  async markJoined(sessionId: string, at = new Date()): Promise<void> {
    await this.#require(sessionId);
    await this.db
      .update(voiceSessions)
      .set({ joinedAt: at, endedAt: null, endReason: null })
      .where(
        and(
          eq(voiceSessions.id, sessionId),
          isNull(voiceSessions.joinedAt),
          or(isNull(voiceSessions.endedAt), eq(voiceSessions.endReason, 'never_joined')),
        ),
      );
  }

  /** Keeps what the client changed, in place of what was kept before. @throws {UnknownSession} */
  async keepContext(sessionId: string, context: ClientContext): Promise<void> {
    const session = await this.get(sessionId);
    if (!session) throw new UnknownSession();
    await this.db.update(voiceSessions).set({ context }).where(eq(voiceSessions.id, sessionId));
    for (const [conversationId, sectionId] of Object.entries(context.story))
      await this.#keepStory(session.workspaceId, conversationId, sectionId);
  }

  /** The first end counts. @returns whether this call ended it. @throws {UnknownSession} */
  async end(sessionId: string, reason: SessionEnd, at = new Date()): Promise<boolean> {
    await this.#require(sessionId);
    const ended = await this.db
      .update(voiceSessions)
      .set({ endedAt: at, endReason: reason })
      .where(and(eq(voiceSessions.id, sessionId), isNull(voiceSessions.endedAt)))
      .returning({ id: voiceSessions.id });
    return ended.length > 0;
  }

  /** Where a story stands is the conversation's: it outlives the session. */
  async #keepStory(workspaceId: string, conversationId: string, sectionId: string): Promise<void> {
    if (!isUuid(conversationId) || !isUuid(sectionId)) return;
    await this.db
      .update(conversations)
      .set({ narrativeSectionId: sectionId })
      .where(
        and(
          eq(conversations.id, conversationId),
          eq(conversations.workspaceId, workspaceId),
          sql`${conversations.narrativeSectionId} is distinct from ${sectionId}`,
        ),
      );
  }

  #select() {
    return this.db
      .select(sessionColumns)
      .from(voiceSessions)
      .innerJoin(conversations, eq(conversations.id, voiceSessions.conversationId));
  }

  async #require(sessionId: string): Promise<void> {
    if (!isUuid(sessionId)) throw new UnknownSession();
    const [row] = await this.db
      .select({ id: voiceSessions.id })
      .from(voiceSessions)
      .where(eq(voiceSessions.id, sessionId));
    if (!row) throw new UnknownSession();
  }
}

/** One key may name a room for each character. */
const mostLocated = 20;

function isOpen(reopenableSince: Date): SQL | undefined {
  const mayStillCome = and(
    eq(voiceSessions.endReason, 'never_joined'),
    gt(voiceSessions.createdAt, reopenableSince),
  );
  return or(isNull(voiceSessions.endedAt), mayStillCome);
}

function isNamed(locator: RoomLocator): SQL | undefined {
  switch (locator.kind) {
    case 'sharedKey':
      return eq(voiceSessions.sharedKey, locator.key);
    case 'roomName':
      return or(
        eq(voiceSessions.roomAlias, locator.name),
        eq(voiceSessions.roomName, locator.name),
      );
    case 'roomSession':
      // An id that is none names no room, and is no reason for the database to complain.
      return isUuid(locator.id) ? eq(voiceSessions.id, locator.id) : sql`false`;
  }
}
