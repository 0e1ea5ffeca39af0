import type { Clock } from '../lifetime/clock.ts';
import { parseClientMessage, type ClientMessage } from '../protocol/client-messages.ts';
import {
  respond,
  type ClientBoundMessage,
  type ServerResponse,
} from '../protocol/server-messages.ts';
import type { Log } from '../telemetry/log.ts';
import { TokenBucket } from './token-bucket.ts';

/** A LiveKit client refuses to send more in one packet, and to take it. */
const mostPacketBytes = 64_000;
/** Twenty seconds of audio in the smallest chunks; a line that lags further has lost its listener. */
const mostWaiting = { messages: 2_000, bytes: 8_000_000 };
/** A person at a keyboard, or a game that reports every frame of its scene, stays far below. */
const messages = { perSecond: 50, burst: 100 };
/** Errors answer mistakes; a flood of mistakes needs no flood of answers. */
const errors = { perSecond: 5, burst: 20 };

export type DataLineDeps = {
  clock: Clock;
  log: Log;
  /** Sends one reliable packet to everyone. */
  publish: (bytes: Uint8Array) => Promise<void>;
};

/** Messages to and from the clients of a room: in order, bounded in size, number and rate. */
export class DataLine {
  readonly #waiting: { type: string; bytes: Uint8Array; isVoid: () => boolean }[] = [];
  #waitingBytes = 0;
  readonly #taken: TokenBucket;
  readonly #errors: TokenBucket;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly deps: DataLineDeps) {
    this.#taken = new TokenBucket(messages, deps.clock);
    this.#errors = new TokenBucket(errors, deps.clock);
  }

  /** Sends after everything sent before. @param isVoid asked right before: true leaves the message out */
  send(message: ClientBoundMessage, isVoid: () => boolean = () => false): void {
    if (this.#closed) return;
    const { type } = message;
    const bytes = this.#packet(message);
    if (!bytes) return;
    const { messages: mostMessages, bytes: mostBytes } = mostWaiting;
    if (this.#waiting.length >= mostMessages || this.#waitingBytes + bytes.length > mostBytes) {
      this.deps.log.warn({ type }, 'the data channel lags, a message was dropped');
      return;
    }
    this.#waiting.push({ type, bytes, isVoid });
    this.#waitingBytes += bytes.length;
    this.#sending ??= this.#sendAll();
  }

  /** @returns the message, or undefined when it was refused; the refusal is answered here */
  receive(bytes: Uint8Array): ClientMessage | undefined {
    if (!this.#taken.take()) {
      this.#refuse(respond('rate-limit', 'error', { message: 'Too many messages; slow down.' }));
      return undefined;
    }
    const parsed = parseClientMessage(bytes);
    if (parsed.ok) return parsed.message;
    this.#refuse(parsed.answer);
    return undefined;
  }

  /** What waits is sent; nothing more is taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
  }

  #refuse(answer: ServerResponse): void {
    if (this.#errors.take()) this.send(answer);
  }

  /** An acknowledgement that is too long comes without its extras: a client must not wait for it in vain. */
  #packet(message: ClientBoundMessage): Uint8Array | undefined {
    const bytes = new TextEncoder().encode(JSON.stringify(message));
    if (bytes.length <= mostPacketBytes) return bytes;
    const { type } = message;
    this.deps.log.error({ type, bytes: bytes.length }, 'a message does not fit a data packet');
    if (message.type !== 'server-response' || message.extras === undefined) return undefined;
    return this.#packet({ ...message, extras: undefined });
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    // Not before `send` has noted that we run: what needs no waiting would end before it began.
    await Promise.resolve();
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { type, bytes, isVoid } = next;
      this.#waitingBytes -= bytes.length;
      if (isVoid()) continue;
      try {
        await this.deps.publish(bytes);
      } catch (err) {
        this.deps.log.warn({ err, type }, 'a message could not be sent');
      }
    }
    this.#sending = undefined;
  }
}
