import { EventEmitter } from 'node:events';
import { backoffMs } from '../lifetime/backoff.ts';
import { ReconnectingSocket, type SocketDown } from '../lifetime/reconnecting-socket.ts';
import type { Closable } from '../lifetime/scope.ts';
import {
  Assignment,
  journalHeartbeat,
  journalMessageBytes,
  journalPath,
  RosterAnswer,
  ServerMessage,
  Welcome,
  type AgentAsk,
  type AgentStatus,
  type ServerAnswer,
  type ServerPush,
  type SessionEnd,
} from '../protocol/journal.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import { Materials, type Material, type RecallQuery } from '../protocol/material.ts';
import type { RosterCommand } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { JournalClosed, JournalRefused } from './journal-errors.ts';
import type { JournalEvents, JournalSettings } from './journal-settings.ts';
import { Outbox, type Pending } from './outbox.ts';
import { PassingAsks } from './passing-asks.ts';

/** Far more than one process's sessions say in ten minutes of an absent server. */
const outboxLimits = {
  asks: 5_000,
  bytes: 32 * 1_048_576,
  askBytes: journalMessageBytes,
  inFlight: 64,
};
/** The first try comes at once, so that a network's hiccup is over before the server gives our rooms away. */
const reconnect = { firstMs: 50, lastMs: 3_000 };
const retry = { firstMs: 200, lastMs: 5_000 };
const flushMs = 5_000;

/**
 * An agent process's line to the server. What is asked is repeated after every reconnect until it is answered, in its
 * order; the promise of an ask settles only with the server's answer, with `OutboxFull`, or at the close.
 */
export class Journal implements Closable {
  readonly events = new EventEmitter<JournalEvents>();
  readonly #outbox = new Outbox(outboxLimits);
  readonly #socket: ReconnectingSocket;
  readonly #passing = new PassingAsks();
  /** Sessions by room that were handed over already, so that a repeated `assign` starts nothing twice. */
  readonly #assigned = new Map<string, string>();
  #helloId: number | undefined;
  #welcome: Welcome | undefined;
  #isUp = false;
  #status: AgentStatus | undefined;
  #closing: Promise<void> | undefined;

  constructor(private readonly settings: JournalSettings) {
    const { clock, secret } = settings;
    this.#socket = new ReconnectingSocket(
      {
        address: () => ({
          url: journalUrl(settings.url),
          headers: { authorization: `Bearer ${secret}` },
        }),
        maxMessageBytes: journalMessageBytes + 1_024,
        silentMs: journalHeartbeat.serverSilentMs,
        pingEveryMs: 0,
        backoff: reconnect,
        onOpen: () => this.#onOpen(),
        onMessage: (data) => this.#onMessage(data),
        onDown: (down) => this.#onDown(down),
      },
      clock,
    );
  }

  /** Whether the server hears us now. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** The newest one. @throws {JournalClosed} before the first: `openJournal` waits for it */
  get welcome(): Welcome {
    if (!this.#welcome) throw new JournalClosed();
    return this.#welcome;
  }

  /** @returns the session of the room, or null for a warm room: `assign` brings it, and may come even before this */
  async roomJoined(roomName: string): Promise<Assignment | null> {
    // A new stay: the same session may come back to us after another process had it.
    this.#assigned.delete(roomName);
    const assignment = Assignment.nullable().parse(
      (await this.#ask({ op: 'roomJoined', roomName })) ?? null,
    );
    return assignment && this.#isNew(assignment) ? assignment : null;
  }

  async roomLeft(roomName: string): Promise<void> {
    this.#assigned.delete(roomName);
    await this.#ask({ op: 'roomLeft', roomName });
  }

  async clientJoined(sessionId: string): Promise<void> {
    await this.#ask({ op: 'clientJoined', sessionId });
  }

  /** Who is in the room now, by identity. */
  async attendance(sessionId: string, here: string[]): Promise<void> {
    await this.#ask({ op: 'attendance', sessionId, here });
  }

  /** Carries out what a client wishes of a room's cast; the server knows and keeps what it is. */
  async rosterCommand(sessionId: string, command: RosterCommand): Promise<RosterAnswer> {
    return RosterAnswer.parse(await this.#ask({ op: 'rosterCommand', sessionId, command }));
  }

  /** Resolves when the turn is stored. @throws {OutboxFull | JournalRefused | JournalClosed} when it will not be */
  async appendTurn(sessionId: string, turn: TurnRecord, membershipId?: string): Promise<void> {
    const of = membershipId === undefined ? {} : { membershipId };
    await this.#ask({ op: 'appendTurn', sessionId, turn, ...of });
  }

  /** Resolves when what the client changed is stored. @throws as `appendTurn` */
  async keepContext(sessionId: string, context: ClientContext): Promise<void> {
    await this.#ask({ op: 'keepContext', sessionId, context });
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
    const answer = await this.#passing.ask((send) => {
      if (!this.#isUp) return false;
      const ask: AgentAsk = { op: 'recall', sessionId, ...member, query };
      const id = this.#outbox.nextId();
      send(id);
      this.#socket.send(JSON.stringify({ id, ...ask }));
      return true;
    }, signal);
    return Materials.parse(answer);
  }

  async sessionEnded(sessionId: string, reason: SessionEnd): Promise<void> {
    await this.#ask({ op: 'sessionEnded', sessionId, reason });
  }

  /** Only the newest matters: nothing waits, and the last one is said again after a reconnect. */
  status(status: AgentStatus): void {
    this.#status = status;
    if (this.#isUp) this.#sendStatus();
  }

  /** Waits a bounded time for what is unanswered, then lets it fail with `JournalClosed`. */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    const { clock } = this.settings;
    const untilMs = clock.nowMs() + flushMs;
    while (this.#isUp && this.#outbox.size > 0 && clock.nowMs() < untilMs)
      await new Promise<void>((resolve) => clock.after(20, resolve));
    const left = this.#outbox.drain();
    if (left.length > 0)
      this.settings.log.error({ asks: left.length }, 'journal closed with asks unanswered');
    for (const pending of left) pending.reject(new JournalClosed());
    await this.#socket.close();
  }

  #ask(ask: AgentAsk): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closing) throw new JournalClosed();
      try {
        this.#outbox.add(ask, resolve, reject);
      } catch (cause) {
        this.settings.log.error({ err: cause, op: ask.op }, 'an ask was not taken');
        throw cause;
      }
      this.#flush();
    });
  }

  #flush(): void {
    if (!this.#isUp) return;
    for (const pending of this.#outbox.takeSendable()) this.#socket.send(pending.text);
  }

  #onOpen(): void {
    this.#helloId = this.#outbox.nextId();
    const { agentId, currentRooms } = this.settings;
    const hello = { id: this.#helloId, op: 'hello', agentId, rooms: currentRooms() };
    this.#socket.send(JSON.stringify(hello));
  }

  #onDown(down: SocketDown): void {
    const { log } = this.settings;
    this.#outbox.unsend();
    this.#passing.lose();
    if (down.kind === 'refused' && down.status === 401)
      log.error('the server does not accept the agent secret');
    else if (this.#isUp) log.warn({ down }, 'the line to the server broke');
    else log.info({ down }, 'the server is not there yet');
    if (this.#isUp) {
      this.#isUp = false;
      this.events.emit('lost');
    }
  }

  #onMessage(data: Buffer): void {
    const message = ServerMessage.safeParse(parseJson(data));
    if (!message.success) {
      // Paths and codes only: what was said may be private.
      const problems = message.error.issues.slice(0, 5).map(({ code, path }) => ({ code, path }));
      this.settings.log.error({ problems }, 'the server sent what is no message');
      return;
    }
    if ('push' in message.data) this.#onPush(message.data);
    else this.#onAnswer(message.data);
  }

  #onAnswer(answer: ServerAnswer): void {
    if (answer.id === this.#helloId) {
      this.#onHello(answer);
      return;
    }
    if (this.#passing.answered(answer)) return;
    const pending = this.#outbox.get(answer.id);
    if (!pending) return;
    if (!answer.ok && answer.retryable) {
      this.#repeatLater(pending, answer.code);
      return;
    }
    this.#outbox.remove(pending);
    if (answer.ok) pending.resolve(answer.result);
    else pending.reject(new JournalRefused(answer.code));
    this.#flush();
  }

  /** Stays `sent` meanwhile, so that nothing else sends it; a reconnect does, and then the timer finds it sent. */
  #repeatLater(pending: Pending, code: string): void {
    const { clock, log } = this.settings;
    const waitMs = backoffMs(retry, pending.retries++, Math.random());
    log.warn({ code, waitMs, retries: pending.retries }, 'the server could not, trying again');
    clock.after(waitMs, () => {
      pending.sent = false;
      this.#flush();
    });
  }

  #onHello(answer: ServerAnswer): void {
    const welcome = answer.ok ? Welcome.safeParse(answer.result) : undefined;
    if (!welcome?.success) {
      this.settings.log.error({ ok: answer.ok }, 'the server did not welcome us');
      this.#socket.reset();
      return;
    }
    this.#welcome = welcome.data;
    this.#isUp = true;
    if (this.#status) this.#sendStatus();
    this.#flush();
    this.events.emit('welcome', welcome.data);
  }

  #sendStatus(): void {
    this.#socket.send(JSON.stringify({ id: this.#outbox.nextId(), op: 'status', ...this.#status }));
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

function journalUrl(server: string): string {
  const url = new URL(server);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.pathname = journalPath;
  return url.href;
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}
