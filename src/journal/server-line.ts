import { backoffMs } from '../lifetime/backoff.ts';
import { ReconnectingSocket, type SocketDown } from '../lifetime/reconnecting-socket.ts';
import type { Closable } from '../lifetime/scope.ts';
import {
  journalHeartbeat,
  journalMessageBytes,
  journalPath,
  ServerMessage,
  Welcome,
  type AgentAsk,
  type AgentStatus,
  type ServerAnswer,
  type ServerPush,
} from '../protocol/journal.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import { JournalClosed, JournalRefused } from './journal-errors.ts';
import type { JournalSettings } from './journal-settings.ts';
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

export type ServerLineEvents = {
  /** After each connection: what is asked goes on. */
  onWelcome: (welcome: Welcome) => void;
  onLost: () => void;
  /** Said unasked. */
  onPush: (push: ServerPush) => void;
};

/**
 * The WebSocket to the server. What is asked is repeated after every reconnect until it is answered, in its order; the
 * promise of an ask settles only with the server's answer, with `OutboxFull`, or at the close.
 */
export class ServerLine implements Closable {
  readonly #outbox = new Outbox(outboxLimits);
  readonly #socket: ReconnectingSocket;
  readonly #passing = new PassingAsks();
  #helloId: number | undefined;
  #welcome: Welcome | undefined;
  #isUp = false;
  #status: AgentStatus | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly settings: JournalSettings,
    private readonly events: ServerLineEvents,
  ) {
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

  /** The newest one. @throws {JournalClosed} before the first */
  get welcome(): Welcome {
    if (!this.#welcome) throw new JournalClosed();
    return this.#welcome;
  }

  /** @throws {OutboxFull | JournalRefused | JournalClosed} */
  ask(ask: AgentAsk): Promise<unknown> {
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

  /**
   * Asks once, over the connection as it is now.
   * @throws {JournalAway | JournalRefused} when there is no answer; the signal's reason when that aborts
   */
  askNow(ask: AgentAsk, signal: AbortSignal): Promise<unknown> {
    return this.#passing.ask((send) => {
      if (!this.#isUp) return false;
      const id = this.#outbox.nextId();
      send(id);
      this.#socket.send(JSON.stringify({ id, ...ask }));
      return true;
    }, signal);
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
      this.events.onLost();
    }
  }

  #onMessage(data: Buffer): void {
    const message = ServerMessage.safeParse(parsedJson(data.toString('utf8')));
    if (!message.success) {
      // Paths and codes only: what was said may be private.
      const problems = message.error.issues.slice(0, 5).map(({ code, path }) => ({ code, path }));
      this.settings.log.error({ problems }, 'the server sent what is no message');
      return;
    }
    if ('push' in message.data) this.events.onPush(message.data);
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
    this.events.onWelcome(welcome.data);
  }

  #sendStatus(): void {
    this.#socket.send(JSON.stringify({ id: this.#outbox.nextId(), op: 'status', ...this.#status }));
  }
}

function journalUrl(server: string): string {
  const url = new URL(server);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.pathname = journalPath;
  return url.href;
}
