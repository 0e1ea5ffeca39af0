import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../../lifetime/clock.ts';
import { toBuffer } from '../../lifetime/reconnecting-socket.ts';
import type { Closable } from '../../lifetime/scope.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Recogniser } from '../hearing/recogniser.ts';
import { isLoopbackHost } from '../loopback.ts';
import { TranscriptionSession } from './transcription-session.ts';
import { maxMessageBytes } from './wire.ts';

/** A full load of voice sessions has one each. */
const maxSessions = 64;
/** Clients give an idle connection up after a minute; who says nothing for so long is gone. */
const silentMs = 5 * 60_000;
/** As OpenAI ends them. */
const maxSessionMs = 60 * 60_000;
/** Events that a client does not take pile up here. */
const maxBufferedBytes = 1_000_000;

export type RealtimeDeps = { recogniser: Recogniser; clock: Clock; log: Log };

/** `GET /v1/realtime?intent=transcription` as a WebSocket: OpenAI's Realtime API, for transcription alone. */
export class RealtimeDoor implements Closable {
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
  });
  readonly #sockets = new Set<WebSocket>();

  constructor(private readonly deps: RealtimeDeps) {}

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      const status = this.#refusal(request);
      if (status !== undefined) refuse(socket, status);
      else {
        this.#server.handleUpgrade(request, socket, head, (client) => {
          this.#serve(client);
        });
      }
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.close();
  }

  /** Browsers let any page open a WebSocket to anywhere, and say only where the page is from. */
  #refusal({ url, headers }: IncomingMessage): number | undefined {
    if (!isLoopbackHost(headers.host)) return 403;
    if (headers.origin !== undefined && !isLoopbackHost(hostOf(headers.origin))) return 403;
    const { pathname, searchParams } = new URL(url ?? '', 'http://localhost');
    if (pathname !== '/v1/realtime') return 404;
    if (searchParams.get('intent') !== 'transcription') return 400;
    return this.#sockets.size >= maxSessions ? 503 : undefined;
  }

  #serve(socket: WebSocket): void {
    const { recogniser, clock, log } = this.deps;
    this.#sockets.add(socket);
    const session = new TranscriptionSession(recogniser, log, (event) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(event));
      if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
    });
    const giveUp = () => socket.terminate();
    const cancelEnd = clock.after(maxSessionMs, () => {
      const error = { type: 'invalid_request_error', code: 'session_expired', message: 'Over.' };
      socket.send(JSON.stringify({ type: 'error', error }));
      socket.close(1001);
    });
    let cancelSilence = clock.after(silentMs, giveUp);
    socket.on('message', (data, isBinary) => {
      cancelSilence();
      cancelSilence = clock.after(silentMs, giveUp);
      if (isBinary) socket.close(1003);
      else session.receive(toBuffer(data).toString('utf8'));
    });
    socket.on('error', (err) => {
      log.debug({ err }, 'a realtime client broke off');
    });
    socket.on('close', () => {
      cancelEnd();
      cancelSilence();
      this.#sockets.delete(socket);
      session.close();
    });
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
