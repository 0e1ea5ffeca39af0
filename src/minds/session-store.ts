import type { OpenVoiceSession } from '../chats/voice-sessions.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { Assignment, SessionEnd } from '../protocol/journal.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { loadAssignment, type MindDeps } from './mind.ts';

export type SessionStoreDeps = MindDeps & {
  clock: Clock;
  /** How long a client's token lets it in, and so how long after `never_joined` it may still come. */
  tokenLifeMs: number;
};

/** Voice sessions as those see them who place and serve them; every call may be repeated. */
export class SessionStore {
  constructor(private readonly deps: SessionStoreDeps) {}

  open(session: OpenVoiceSession): Promise<{ id: string }> {
    return this.deps.sessions.open(session);
  }

  /** @returns undefined for a room whose client cannot come (any more) */
  loadAssignment(roomName: string): Promise<Assignment | undefined> {
    const { clock, tokenLifeMs } = this.deps;
    const reopenableSince = new Date(clock.nowAt().getTime() - tokenLifeMs);
    return loadAssignment({ roomName, reopenableSince }, this.deps);
  }

  markJoined(sessionId: string): Promise<void> {
    return this.deps.sessions.markJoined(sessionId, this.deps.clock.nowAt());
  }

  appendTurn(sessionId: string, turn: TurnRecord): Promise<void> {
    return this.deps.turns.append(sessionId, turn);
  }

  keepContext(sessionId: string, context: ClientContext): Promise<void> {
    return this.deps.sessions.keepContext(sessionId, context);
  }

  end(sessionId: string, reason: SessionEnd): Promise<boolean> {
    return this.deps.sessions.end(sessionId, reason, this.deps.clock.nowAt());
  }

  listOpen(): Promise<{ id: string; roomName: string; joinedAt: Date | null }[]> {
    return this.deps.sessions.listOpen();
  }
}
