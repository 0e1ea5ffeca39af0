import { WebSocket, type RawData } from 'ws';
import { backoffMs, type Backoff } from './backoff.ts';
import { sleep, type Clock } from './clock.ts';
import type { Closable } from './scope.ts';

type SocketAddress = { url: string; headers: Record<string, string> };

/** Why there is no connection (any more). `status` is the HTTP answer that refused the upgrade. */
export type SocketDown =
  | { kind: 'refused'; status: number }
  | { kind: 'failed'; cause: unknown }
  | { kind: 'closed'; code: number }
  | { kind: 'silent' };

export type SocketSettings = {
  /** Asked before each try: credentials may be short-lived. */
  address: () => SocketAddress | Promise<SocketAddress>;
  maxMessageBytes: number;
  /** A connection on which nothing was heard for this long is given up. */
  silentMs: number;
  /** We ping this often, so that the other side has something to answer; 0: the other side pings. */
  pingEveryMs: number;
  backoff: Backoff;
  onOpen: () => void;
  onMessage: (data: Buffer, isBinary: boolean) => void;
  /** After every connection that ended and every try that failed; another try follows by itself. */
  onDown: (down: SocketDown) => void;
};

const handshakeTimeoutMs = 5_000;
/** A connection that lived this long was a good one: the waits begin small again. */
const steadyMs = 5_000;
const goodbyeMs = 500;

/** A WebSocket that is opened again whenever it breaks, until it is closed. Nothing is kept for later: see `send`. */
export class ReconnectingSocket implements Closable {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #socket: WebSocket | undefined;

  constructor(
    private readonly settings: SocketSettings,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {
    this.#running = this.#run();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** @returns false when there is no connection: the caller repeats after `onOpen` what must not be lost */
  send(data: string | Uint8Array): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Gives the connection up and makes a new one. */
  reset(): void {
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#closing.abort(new Error('the socket is being closed'));
    if (socket) {
      socket.close(1000);
      const cancel = this.clock.after(goodbyeMs, () => socket.terminate());
      await this.#running;
      cancel();
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let tries = 0; !signal.aborted; tries++) {
      const openedAtMs = this.clock.nowMs();
      const down = await this.#once(signal);
      if (this.clock.nowMs() - openedAtMs >= steadyMs) tries = 0;
      if (this.#isClosing()) return;
      this.settings.onDown(down);
      const waitMs = backoffMs(this.settings.backoff, tries, this.random());
      await sleep(this.clock, waitMs, signal).catch(() => undefined);
    }
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** One connection from its beginning to its end. */
  async #once(signal: AbortSignal): Promise<SocketDown> {
    try {
      const { url, headers } = await this.settings.address();
      if (signal.aborted) return { kind: 'closed', code: 1000 };
      return await this.#live(url, headers, signal);
    } catch (cause) {
      return { kind: 'failed', cause };
    }
  }

  #live(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<SocketDown> {
    const { maxMessageBytes, onOpen, onMessage } = this.settings;
    const socket = new WebSocket(url, {
      headers,
      maxPayload: maxMessageBytes,
      handshakeTimeout: handshakeTimeoutMs,
      perMessageDeflate: false,
    });
    return new Promise((resolve) => {
      let down: SocketDown | undefined;
      const watch = this.#watch(socket, () => (down = { kind: 'silent' }));
      const onAbort = () => {
        if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('open', () => {
        this.#socket = socket;
        watch.heard();
        onOpen();
      });
      socket.on('message', (data, isBinary) => {
        watch.heard();
        if (socket.readyState === WebSocket.OPEN) onMessage(toBuffer(data), isBinary);
      });
      socket.on('ping', watch.heard);
      socket.on('pong', watch.heard);
      socket.on('unexpected-response', (request, response) => {
        down = { kind: 'refused', status: response.statusCode ?? 0 };
        request.destroy();
        socket.terminate();
      });
      socket.on('error', (cause) => (down ??= { kind: 'failed', cause }));
      socket.on('close', (code) => {
        watch.stop();
        signal.removeEventListener('abort', onAbort);
        this.#socket = undefined;
        resolve(down ?? { kind: 'closed', code });
      });
    });
  }

  /** Pings, and ends the connection when nothing comes back. */
  #watch(socket: WebSocket, onSilent: () => void) {
    const { silentMs, pingEveryMs } = this.settings;
    let heardMs = this.clock.nowMs();
    let pingedMs = heardMs;
    let checkedMs = heardMs;
    const everyMs = Math.min(silentMs / 4, pingEveryMs || silentMs);
    const check = () => {
      const nowMs = this.clock.nowMs();
      // We ourselves stood still: what was said meanwhile waits unread, so the silence proves nothing.
      if (nowMs - checkedMs > everyMs * 3) heardMs = nowMs;
      checkedMs = nowMs;
      if (nowMs - heardMs >= silentMs) {
        onSilent();
        socket.terminate();
        return;
      }
      if (pingEveryMs && nowMs - pingedMs >= pingEveryMs && socket.readyState === WebSocket.OPEN) {
        pingedMs = nowMs;
        socket.ping();
      }
      cancel = this.clock.after(everyMs, check);
    };
    let cancel = this.clock.after(everyMs, check);
    return {
      heard: () => {
        heardMs = this.clock.nowMs();
      },
      stop: () => {
        cancel();
      },
    };
  }
}

/** @param data as `ws` gives it: in one piece, or in several for a fragmented message */
export function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
