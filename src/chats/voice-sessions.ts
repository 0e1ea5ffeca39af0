import { and, asc, desc, eq, gt, isNull, or } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
import { ClientContext } from '../protocol/client-context.ts';
import { SessionSettings } from '../protocol/connect.ts';
import type { SessionEnd } from '../protocol/journal.ts';

/** One client in one room with one character, from /connect to the end. */
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
  createdAt: Date;
  /** When the client was first seen in the room. */
  joinedAt: Date | null;
  endedAt: Date | null;
};

export type OpenVoiceSession = Pick<
  VoiceSession,
  'id' | 'workspaceId' | 'conversationId' | 'roomName' | 'settings' | 'userIdentity'
>;

/** There is no voice session of this id. */
export class UnknownSession extends PublicError {
  override readonly name = 'UnknownSession';
  constructor() {
    super(404, 'unknown_session', 'There is no such voice session.');
  }
}

const columns = {
  id: voiceSessions.id,
  conversationId: voiceSessions.conversationId,
  workspaceId: conversations.workspaceId,
  characterId: conversations.characterId,
  roomName: voiceSessions.roomName,
  userIdentity: voiceSessions.userIdentity,
  settings: voiceSessions.settings,
  context: voiceSessions.context,
  createdAt: voiceSessions.createdAt,
  joinedAt: voiceSessions.joinedAt,
  endedAt: voiceSessions.endedAt,
};

export class VoiceSessions {
  constructor(private readonly db: Db) {}

  /**
   * Stores a session under the id that its caller made; a repeated call changes nothing.
   * @throws {UnknownSession} when the workspace has no such conversation
   */
  async open(request: OpenVoiceSession): Promise<VoiceSession> {
    const { id, workspaceId, conversationId, roomName, settings, userIdentity } = request;
    return this.db.transaction(async (tx) => {
      const [conversation] = await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(
          and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)),
        )
        .returning({ id: conversations.id });
      if (!conversation) throw new UnknownSession();
      await tx
        .insert(voiceSessions)
        .values({ id, conversationId, roomName, settings, userIdentity })
        .onConflictDoNothing();
      const session = await new VoiceSessions(tx).get(id);
      if (session?.conversationId !== conversationId) throw new UnknownSession();
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
    const mayStillCome = and(
      eq(voiceSessions.endReason, 'never_joined'),
      gt(voiceSessions.createdAt, reopenableSince),
    );
    const [row] = await this.#select()
      .where(
        and(eq(voiceSessions.roomName, roomName), or(isNull(voiceSessions.endedAt), mayStillCome)),
      )
      .orderBy(desc(voiceSessions.createdAt))
      .limit(1);
    return row && parse(row);
  }

  /** @returns the session, ended or not */
  async get(sessionId: string): Promise<VoiceSession | undefined> {
    if (!isUuid(sessionId)) return undefined;
    const [row] = await this.#select().where(eq(voiceSessions.id, sessionId));
    return row && parse(row);
  }

  /** Sessions that have not ended, oldest first: after a restart, what may still live in LiveKit. */
  listOpen(): Promise<Pick<VoiceSession, 'id' | 'roomName' | 'joinedAt'>[]> {
    return this.db
      .select({
        id: voiceSessions.id,
        roomName: voiceSessions.roomName,
        joinedAt: voiceSessions.joinedAt,
      })
      .from(voiceSessions)
      .where(isNull(voiceSessions.endedAt))
      .orderBy(asc(voiceSessions.createdAt));
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
    await this.#require(sessionId);
    await this.db.update(voiceSessions).set({ context }).where(eq(voiceSessions.id, sessionId));
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

  #select() {
    return this.db
      .select(columns)
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

/** Settings may have been written by an older version: its missing fields get today's defaults. */
function parse<Row extends { settings: unknown; context: unknown }>(
  row: Row,
): Omit<Row, 'settings' | 'context'> & {
  settings: SessionSettings;
  context: ClientContext | null;
} {
  return {
    ...row,
    settings: SessionSettings.parse(row.settings),
    // What an older version kept and this one cannot read is as if it had not been told: better than no session.
    context: ClientContext.nullable().catch(null).parse(row.context),
  };
}
