import { EventEmitter } from 'node:events';
import type { Closable } from '../lifetime/scope.ts';
import {
  Assignment,
  RosterAnswer,
  type AgentStatus,
  type ServerPush,
  type SessionEnd,
  type Welcome,
} from '../protocol/journal.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import { Materials, type Material, type RecallQuery } from '../protocol/material.ts';
import type { RosterCommand } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { JournalEvents, JournalSettings } from './journal-settings.ts';
import { ServerLine } from './server-line.ts';

/** What an agent process and the server have to say to each other; `ServerLine` sees to it that it arrives. */
export class Journal implements Closable {
  readonly events = new EventEmitter<JournalEvents>();
  readonly #line: ServerLine;
  /** Sessions by room that were handed over already, so that a repeated `assign` starts nothing twice. */
  readonly #assigned = new Map<string, string>();

  constructor(settings: JournalSettings) {
    this.#line = new ServerLine(settings, {
      onWelcome: (welcome) => this.events.emit('welcome', welcome),
      onLost: () => this.events.emit('lost'),
      onPush: (push) => this.#onPush(push),
    });
  }

  /** Whether the server hears us now. */
  get isUp(): boolean {
    return this.#line.isUp;
  }

  /** The newest one. @throws {JournalClosed} before the first: `openJournal` waits for it */
  get welcome(): Welcome {
    return this.#line.welcome;
  }

  /** @returns the session of the room, or null for a warm room: `assign` brings it, and may come even before this */
  async roomJoined(roomName: string): Promise<Assignment | null> {
    // A new stay: the same session may come back to us after another process had it.
    this.#assigned.delete(roomName);
    const assignment = Assignment.nullable().parse(
      (await this.#line.ask({ op: 'roomJoined', roomName })) ?? null,
    );
    return assignment && this.#isNew(assignment) ? assignment : null;
  }

  async roomLeft(roomName: string): Promise<void> {
    this.#assigned.delete(roomName);
    await this.#line.ask({ op: 'roomLeft', roomName });
  }

  async clientJoined(sessionId: string): Promise<void> {
    await this.#line.ask({ op: 'clientJoined', sessionId });
  }

  /** Who is in the room now, by identity. */
  async attendance(sessionId: string, here: string[]): Promise<void> {
    await this.#line.ask({ op: 'attendance', sessionId, here });
  }

  /** Carries out what a client wishes of a room's cast; the server knows and keeps what it is. */
  async rosterCommand(sessionId: string, command: RosterCommand): Promise<RosterAnswer> {
    return RosterAnswer.parse(await this.#line.ask({ op: 'rosterCommand', sessionId, command }));
  }

  /** Resolves when the turn is stored. @throws {OutboxFull | JournalRefused | JournalClosed} when it will not be */
  async appendTurn(sessionId: string, turn: TurnRecord, membershipId?: string): Promise<void> {
    const of = membershipId === undefined ? {} : { membershipId };
    await this.#line.ask({ op: 'appendTurn', sessionId, turn, ...of });
  }

  /** Resolves when what the client changed is stored. @throws as `appendTurn` */
  async keepContext(sessionId: string, context: ClientContext): Promise<void> {
    await this.#line.ask({ op: 'keepContext', sessionId, context });
  }

  /**
   * What may help to answer this. Asked once, over the line as it is now.
   * @throws {JournalAway | JournalRefused} when there is no answer; the signal's reason when that aborts
   */
  async recall(
    of: { sessionId: string; membershipId?: string | undefined },
    query: RecallQuery,
    signal: AbortSignal,
  ): Promise<Material[]> {
    const { sessionId, membershipId } = of;
    const member = membershipId === undefined ? {} : { membershipId };
    return Materials.parse(
      await this.#line.askNow({ op: 'recall', sessionId, ...member, query }, signal),
    );
  }

  async sessionEnded(sessionId: string, reason: SessionEnd): Promise<void> {
    await this.#line.ask({ op: 'sessionEnded', sessionId, reason });
  }

  /** Only the newest matters: nothing waits, and the last one is said again after a reconnect. */
  status(status: AgentStatus): void {
    this.#line.status(status);
  }

  /** Waits a bounded time for what is unanswered, then lets it fail with `JournalClosed`. */
  close(): Promise<void> {
    return this.#line.close();
  }

  #onPush(push: ServerPush): void {
    switch (push.push) {
      case 'assign':
        if (this.#isNew(push.assignment)) this.events.emit('assign', push.assignment);
        return;
      case 'endSession':
        this.events.emit('endSession', { sessionId: push.sessionId, reason: push.reason });
        return;
      case 'expect':
        this.events.emit('expect', {
          sessionId: push.sessionId,
          participant: push.participant,
        });
        return;
      case 'summary': {
        const { sessionId, characterSessionId, summary } = push;
        this.events.emit('summary', { sessionId, characterSessionId, summary });
        return;
      }
      case 'facts': {
        const { sessionId, characterSessionId, speakerId, facts } = push;
        this.events.emit('facts', { sessionId, characterSessionId, speakerId, facts });
        return;
      }
      case 'recalls':
        this.events.emit('recalls', { characterId: push.characterId });
        return;
      case 'leaveRoom':
        this.events.emit('leaveRoom', { roomName: push.roomName });
        return;
      case 'openUp':
        this.events.emit('openUp');
        return;
      case 'drain':
        this.events.emit('drain');
    }
  }

  #isNew({ roomName, sessionId }: Assignment): boolean {
    if (this.#assigned.get(roomName) === sessionId) return false;
    this.#assigned.set(roomName, sessionId);
    return true;
  }
}
