import type { NewVoiceSession, VoiceSessionStore } from '../../src/dispatch/voice-sessions.ts';
import { PublicError } from '../../src/errors/public-error.ts';
import type { ClientContext } from '../../src/protocol/client-context.ts';
import type { Assignment, SessionEnd } from '../../src/protocol/journal.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { aCharacter } from './a-character.ts';

type Stored = NewVoiceSession & { joinedAt: Date | null; end: SessionEnd | null };

/** Voice sessions as the database keeps them, in memory. */
export class MemoryVoiceSessions implements VoiceSessionStore {
  readonly sessions = new Map<string, Stored>();
  readonly turns = new Map<string, TurnRecord>();
  readonly contexts = new Map<string, ClientContext>();
  fails = false;

  open(session: NewVoiceSession): Promise<{ id: string }> {
    if (this.fails) return Promise.reject(new Error('the database is away'));
    this.sessions.set(session.id, { ...session, joinedAt: null, end: null });
    return Promise.resolve({ id: session.id });
  }

  loadAssignment(roomName: string): Promise<Assignment | undefined> {
    const stored = [...this.sessions.values()].find(
      (session) =>
        session.roomName === roomName && (session.end === null || session.end === 'never_joined'),
    );
    return Promise.resolve(
      stored && {
        sessionId: stored.id,
        roomName,
        characterSessionId: stored.conversationId,
        character: aCharacter({ greeting: 'Hello.' }),
        settings: stored.settings,
        context: this.contexts.get(stored.id) ?? null,
        userIdentity: stored.userIdentity,
        history: [...this.turns.values()],
        takenOver: stored.joinedAt !== null,
      },
    );
  }

  async markJoined(sessionId: string): Promise<void> {
    const session = await this.#require(sessionId);
    session.joinedAt ??= new Date(0);
    if (session.end === 'never_joined') session.end = null;
  }

  async appendTurn(sessionId: string, turn: TurnRecord): Promise<void> {
    if (this.fails) throw new Error('the database is away');
    await this.#require(sessionId);
    this.turns.set(turn.id, turn);
  }

  async keepContext(sessionId: string, context: ClientContext): Promise<void> {
    await this.#require(sessionId);
    this.contexts.set(sessionId, context);
  }

  async end(sessionId: string, reason: SessionEnd): Promise<void> {
    (await this.#require(sessionId)).end ??= reason;
  }

  listOpen() {
    return Promise.resolve([...this.sessions.values()].filter(({ end }) => end === null));
  }

  #require(sessionId: string): Promise<Stored> {
    const session = this.sessions.get(sessionId);
    return session
      ? Promise.resolve(session)
      : Promise.reject(new PublicError(404, 'unknown_session', 'There is no such voice session.'));
  }
}
