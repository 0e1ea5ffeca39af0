import type { WebSocket } from 'ws';
import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';
import type { Clock } from '../lifetime/clock.ts';
import { deadline, TimedOut } from '../lifetime/deadline.ts';
import { toBuffer } from '../lifetime/reconnecting-socket.ts';
import {
  AgentMessage,
  journalHeartbeat,
  type AgentAsk,
  type ServerAnswer,
  type ServerPush,
  type Welcome,
} from '../protocol/journal.ts';
import { parsedJson } from '../protocol/parsed-json.ts';
import type { Log } from '../telemetry/log.ts';

export type SessionAsk = Exclude<AgentAsk, { op: 'hello' }>;

/** How a line ended: by the agent's own goodbye, by a broken connection, or because nothing was heard any more. */
export type LineEnd = 'goodbye' | 'broken' | 'silent';

/** What the server does for agents. */
export interface AgentDesk {
  hello(agentId: string, rooms: string[]): Promise<Welcome>;
  /** @returns what the ask is answered with. @throws {PublicError} below 500 when asking again is of no use */
  answer(agentId: string, ask: SessionAsk): Promise<unknown>;
  /** Asks of one lane are answered one after the other, in their order. */
  laneOf(ask: SessionAsk): string;
  lost(agentId: string, how: LineEnd): void;
}

export type ConnectionTools = {
  clock: Clock;
  log: Log;
  /** Before the agent is welcomed, so that pushes find this connection. */
  onNamed: (agentId: string, connection: AgentConnection) => void;
  onEnd: (connection: AgentConnection, how: LineEnd) => void;
};

/** More than twice what a journal has in flight: only a broken agent sends on. */
const maxInFlight = 256;
/** A database that takes longer is down; the agent asks again. */
const answerMs = 10_000;
const Numbered = z.object({ id: z.int() });
const closeCodes = { goodbye: 1000, broken: 1002, replaced: 4001 } as const;

/** One accepted connection of an agent process: parses, keeps order, answers, and hears whether it still lives. */
export class AgentConnection {
  agentId: string | undefined;
  readonly #lanes = new Map<string, Promise<void>>();
  #inFlight = 0;
  #heardMs: number;
  #checkedMs: number;
  #cancelCheck: () => void;
  #end: LineEnd | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly desk: AgentDesk,
    private readonly tools: ConnectionTools,
  ) {
    this.#heardMs = this.#checkedMs = tools.clock.nowMs();
    this.#cancelCheck = tools.clock.after(journalHeartbeat.pingEveryMs, () => this.#check());
    socket.on('pong', () => this.#heard());
    socket.on('message', (data) => {
      this.#heard();
      this.#onMessage(toBuffer(data));
    });
    socket.on('error', (err) => {
      tools.log.debug({ err, agentId: this.agentId }, 'agent line error');
    });
    socket.on('close', (code) => {
      this.#cancelCheck();
      const goodbye = code === closeCodes.goodbye || code === 1001;
      tools.onEnd(this, this.#end ?? (goodbye ? 'goodbye' : 'broken'));
    });
  }

  push(push: ServerPush): boolean {
    return this.#send(push);
  }

  /** Ends it without waiting for the other side. */
  end(why: keyof typeof closeCodes): void {
    this.socket.close(closeCodes[why]);
    this.socket.terminate();
  }

  #send(message: ServerAnswer | ServerPush): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  #heard(): void {
    this.#heardMs = this.tools.clock.nowMs();
  }

  #check(): void {
    const { clock } = this.tools;
    const nowMs = clock.nowMs();
    // We ourselves stood still: the pongs wait unread, so the silence proves nothing.
    if (nowMs - this.#checkedMs > journalHeartbeat.pingEveryMs * 2) this.#heardMs = nowMs;
    this.#checkedMs = nowMs;
    if (nowMs - this.#heardMs >= journalHeartbeat.agentSilentMs) {
      this.#end = 'silent';
      this.socket.terminate();
      return;
    }
    this.socket.ping();
    this.#cancelCheck = clock.after(journalHeartbeat.pingEveryMs, () => this.#check());
  }

  #onMessage(data: Buffer): void {
    const sent = parsedJson(data.toString('utf8'));
    const message = AgentMessage.safeParse(sent);
    if (!message.success || this.#inFlight >= maxInFlight) {
      this.#onBadMessage(sent);
      return;
    }
    const { id, ...ask } = message.data;
    if (ask.op === 'hello') void this.#onHello(id, ask.agentId, ask.rooms);
    else if (this.agentId === undefined) this.end('broken');
    else this.#inLane(id, ask, this.agentId);
  }

  /** Refused for good where it has an id: a line that broke because of it would bring it again. */
  #onBadMessage(sent: unknown): void {
    const { agentId, tools } = this;
    tools.log.error({ agentId }, 'an agent sent what is no ask, or too many');
    const numbered = Numbered.safeParse(sent);
    if (numbered.success && agentId !== undefined && this.#inFlight < maxInFlight)
      this.#send({ id: numbered.data.id, ok: false, code: 'invalid_ask', retryable: false });
    else this.end('broken');
  }

  async #onHello(id: number, agentId: string, rooms: string[]): Promise<void> {
    this.agentId = agentId;
    this.tools.onNamed(agentId, this);
    await this.#answer(id, 'hello', () => this.desk.hello(agentId, rooms));
  }

  #inLane(id: number, ask: SessionAsk, agentId: string): void {
    const lane = this.desk.laneOf(ask);
    this.#inFlight++;
    const before = this.#lanes.get(lane) ?? Promise.resolve();
    const done = before
      .then(() => this.#answer(id, ask.op, () => this.desk.answer(agentId, ask)))
      .finally(() => {
        this.#inFlight--;
        if (this.#lanes.get(lane) === done) this.#lanes.delete(lane);
      });
    this.#lanes.set(lane, done);
  }

  /** Never rejects. */
  async #answer(id: number, op: string, work: () => Promise<unknown>): Promise<void> {
    const limit = deadline(this.tools.clock, `answering ${op}`, answerMs);
    try {
      const late = new Promise<never>((_, reject) => {
        limit.signal.addEventListener('abort', () => {
          reject(new TimedOut(`answering ${op}`, answerMs));
        });
      });
      const result = await Promise.race([work(), late]);
      this.#send({ id, ok: true, result: result ?? null });
    } catch (err) {
      this.tools.log.error({ err, op, agentId: this.agentId }, 'an ask of an agent failed');
      const known = err instanceof PublicError && err.status < 500;
      const code = known ? err.code : 'internal_error';
      this.#send({ id, ok: false, code, retryable: !known });
    } finally {
      limit.clear();
    }
  }
}
