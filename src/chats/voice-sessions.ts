import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, voiceSessions } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
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
  createdAt: Date;
  /** When the client was first seen in the room. */
  joinedAt: Date | null;
  endedAt: Date | null;
};

export type OpenVoiceSession = Pick<
  VoiceSession,
  'workspaceId' | 'conversationId' | 'roomName' | 'settings' | 'userIdentity'
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
  createdAt: voiceSessions.createdAt,
  joinedAt: voiceSessions.joinedAt,
  endedAt: voiceSessions.endedAt,
};

export class VoiceSessions {
  constructor(private readonly db: Db) {}

  /** @throws {UnknownSession} when the workspace has no such conversation */
  async open(request: OpenVoiceSession): Promise<VoiceSession> {
    const { workspaceId, conversationId, roomName, settings, userIdentity } = request;
    return this.db.transaction(async (tx) => {
      const [conversation] = await tx
        .update(conversations)
        .set({ updatedAt: new Date() })
        .where(
          and(eq(conversations.id, conversationId), eq(conversations.workspaceId, workspaceId)),
        )
        .returning({ characterId: conversations.characterId });
      if (!conversation) throw new UnknownSession();
      const [row] = await tx
        .insert(voiceSessions)
        .values({ conversationId, roomName, settings, userIdentity })
        .returning();
      if (!row) throw new Error('a voice session was not stored');
      return parse({ ...row, workspaceId, characterId: conversation.characterId });
    });
  }

  /** @returns the newest session of the room that has not ended */
  async openByRoom(roomName: string): Promise<VoiceSession | undefined> {
    const [row] = await this.#select()
      .where(and(eq(voiceSessions.roomName, roomName), isNull(voiceSessions.endedAt)))
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
  async listOpen(): Promise<VoiceSession[]> {
    const rows = await this.#select()
      .where(isNull(voiceSessions.endedAt))
      .orderBy(asc(voiceSessions.createdAt));
    return rows.map(parse);
  }

  /** The client was seen in the room. Later calls change nothing. @throws {UnknownSession} */
  async markJoined(sessionId: string, at = new Date()): Promise<void> {
    await this.#require(sessionId);
    await this.db
      .update(voiceSessions)
      .set({ joinedAt: at })
      .where(and(eq(voiceSessions.id, sessionId), isNull(voiceSessions.joinedAt)));
  }

  /** Later calls change nothing. @returns whether this call ended it. @throws {UnknownSession} */
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
function parse<Row extends { settings: unknown }>(
  row: Row,
): Omit<Row, 'settings'> & { settings: SessionSettings } {
  return { ...row, settings: SessionSettings.parse(row.settings) };
}
