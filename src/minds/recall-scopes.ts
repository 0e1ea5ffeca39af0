import { StoredRoster } from '../chats/roster.ts';
import { UnknownSession, type VoiceSessions } from '../chats/voice-sessions.ts';
import type { RecallScope } from './recall.ts';

/** Sessions that are looked up again when there are more of them; each takes about 300 bytes. */
const mostKept = 2_000;

/**
 * Whose conversation a session is. That never changes, and is asked for in every turn, so it is kept; the oldest goes
 * first.
 */
export class RecallScopes {
  readonly #kept = new Map<string, RecallScope>();

  constructor(private readonly sessions: Pick<VoiceSessions, 'get'>) {}

  /** @throws {UnknownSession} */
  async of(sessionId: string, membershipId?: string): Promise<RecallScope> {
    const key = `${sessionId} ${membershipId ?? ''}`;
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const scope = await this.#read(sessionId, membershipId);
    this.#kept.set(key, scope);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return scope;
  }

  async #read(sessionId: string, membershipId: string | undefined): Promise<RecallScope> {
    const session = await this.sessions.get(sessionId);
    if (!session) throw new UnknownSession();
    const { workspaceId, characterId, conversationId, settings, roster } = session;
    const endUserId = settings.end_user_id ?? null;
    const scope = { workspaceId, endUserId, remembers: settings.memory_enabled };
    if (membershipId === undefined) return { ...scope, characterId, conversationId };
    const member = StoredRoster.nullable()
      .parse(roster)
      ?.members.find((one) => one.membershipId === membershipId);
    if (!member) throw new UnknownSession();
    return {
      ...scope,
      characterId: member.characterId,
      conversationId: member.characterSessionId,
    };
  }
}
