import type { Clock } from '../lifetime/clock.ts';
import { parseClientMessage, type ClientMessage } from '../protocol/client-messages.ts';
import type { MarkedMessage } from '../protocol/member-marks.ts';
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
  /** Sends one reliable packet, to everyone or to this one alone. */
  publish: (bytes: Uint8Array, to: string | undefined) => Promise<void>;
};

/** Senders whose rates are watched; the oldest are forgotten, for a room holds far fewer. */
const mostSenders = 200;

/** What is sent: one of the documented messages, perhaps with the marks of a character of several. */
export type Sendable = ClientBoundMessage | MarkedMessage;

/** Messages to and from the clients of a room: in order, bounded in size, number and, for each sender, rate. */
export class DataLine {
  readonly #waiting: {
    type: string;
    bytes: Uint8Array;
    isVoid: () => boolean;
    to: string | undefined;
  }[] = [];
  #waitingBytes = 0;
  readonly #senders = new Map<string, { taken: TokenBucket; errors: TokenBucket }>();
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly deps: DataLineDeps) {}

  /**
   * Sends after everything sent before.
   * @param isVoid asked right before: true leaves the message out
   * @param to an identity; undefined: everyone
   */
  send(message: Sendable, isVoid: () => boolean = () => false, to?: string): void {
    if (this.#closed) return;
    const { type } = message;
    const bytes = this.#packet(message);
    if (!bytes) return;
    const { messages: mostMessages, bytes: mostBytes } = mostWaiting;
    if (this.#waiting.length >= mostMessages || this.#waitingBytes + bytes.length > mostBytes) {
      this.deps.log.warn({ type }, 'the data channel lags, a message was dropped');
      return;
    }
    this.#waiting.push({ type, bytes, isVoid, to });
    this.#waitingBytes += bytes.length;
    this.#sending ??= this.#sendAll();
  }

  /**
   * @param from the sender's identity, where it is known
   * @returns the message, or undefined when it was refused; the refusal is answered here
   */
  receive(bytes: Uint8Array, from?: string): ClientMessage | undefined {
    if (!this.#ratesOf(from).taken.take()) {
      const answer = respond('rate-limit', 'error', { message: 'Too many messages; slow down.' });
      this.#refuse(answer, from);
      return undefined;
    }
    const parsed = parseClientMessage(bytes);
    if (parsed.ok) return parsed.message;
    this.#refuse(parsed.answer, from);
    return undefined;
  }

  /** What waits is sent; nothing more is taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
  }

  #refuse(answer: ServerResponse, from: string | undefined): void {
    if (this.#ratesOf(from).errors.take()) this.send(answer, undefined, from);
  }

  /** Nobody's flood is another one's silence. */
  #ratesOf(from = ''): { taken: TokenBucket; errors: TokenBucket } {
    const known = this.#senders.get(from);
    if (known) return known;
    const { clock } = this.deps;
    const rates = {
      taken: new TokenBucket(messages, clock),
      errors: new TokenBucket(errors, clock),
    };
    const [oldest] = this.#senders.keys();
    if (this.#senders.size >= mostSenders && oldest !== undefined) this.#senders.delete(oldest);
    this.#senders.set(from, rates);
    return rates;
  }

  /** An acknowledgement that is too long comes without its extras: a client must not wait for it in vain. */
  #packet(message: Sendable): Uint8Array | undefined {
    const bytes = new TextEncoder().encode(JSON.stringify(message));
    if (bytes.length <= mostPacketBytes) return bytes;
    const { type } = message;
    this.deps.log.error({ type, bytes: bytes.length }, 'a message does not fit a data packet');
    if (!('extras' in message) || message.extras === undefined) return undefined;
    return this.#packet({ ...message, extras: undefined });
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    // Not before `send` has noted that we run: what needs no waiting would end before it began.
    await Promise.resolve();
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { type, bytes, isVoid, to } = next;
      this.#waitingBytes -= bytes.length;
      if (isVoid()) continue;
      try {
        await this.deps.publish(bytes, to);
      } catch (err) {
        this.deps.log.warn({ err, type }, 'a message could not be sent');
      }
    }
    this.#sending = undefined;
  }
}
