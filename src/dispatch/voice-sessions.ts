import type { ClientContext } from '../protocol/client-context.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
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
};

/** What dispatch needs of the place where conversations are stored. Everything may be called twice. */
export interface VoiceSessionStore {
  open(session: NewVoiceSession): Promise<{ id: string }>;
  /**
   * @returns the room's session, when it is open, or when it ended as `never_joined` and its token may still be used;
   * `takenOver` says that its client had joined before
   */
  loadAssignment(roomName: string): Promise<Assignment | undefined>;
  /** A session that had ended as `never_joined` is open again. */
  markJoined(sessionId: string): Promise<unknown>;
  appendTurn(sessionId: string, turn: TurnRecord): Promise<unknown>;
  /** What a client changed of its session; in place of what was kept before. */
  keepContext(sessionId: string, context: ClientContext): Promise<unknown>;
  end(sessionId: string, reason: SessionEnd): Promise<unknown>;
  listOpen(): Promise<{ id: string; roomName: string; joinedAt: Date | null }[]>;
}
