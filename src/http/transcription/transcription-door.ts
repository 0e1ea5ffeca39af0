import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { PcmByteStream } from '../../audio/pcm-bytes.ts';
import type { Clock } from '../../lifetime/clock.ts';
import { toBuffer } from '../../lifetime/reconnecting-socket.ts';
import type { Closable } from '../../lifetime/scope.ts';
import { parsedJson } from '../../protocol/parsed-json.ts';
import type { Stt } from '../../providers/stt/stt.ts';
import type { Vad } from '../../providers/vad/vad.ts';
import type { Log } from '../../telemetry/log.ts';
import type { KeyVerifier } from '../api-key.ts';
import { Control, transcriptionPath, type TranscriptionEvent } from './transcription-events.ts';
import { TranscriptionSession } from './transcription-session.ts';

export type DoorDeps = {
  keys: KeyVerifier;
  stt: Stt;
  /** Loaded by the first who comes. */
  openVad: () => Promise<Vad>;
  clock: Clock;
  log: Log;
};

const limits = {
  /** As documented, of one binary message. */
  frameBytes: 8 * 1_048_576,
  textBytes: 4_096,
  /** Sound that waits to be heard; beyond it the client is not read. */
  waitingBytes: 2 * 1_048_576,
  sessions: 64,
  sessionsPerKey: 16,
  lifeMs: 60 * 60_000,
  idleMs: 60_000,
  keyLetters: 512,
} as const;

const keyHeaders = ['convai-api-key', 'x-api-key', 'api-auth-token'] as const;

/** `wss://…/stream`: 16-bit PCM of 16 kHz in, transcripts out, for whoever has a key. */
export class TranscriptionDoor implements Closable {
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
  });
  readonly #open = new Map<WebSocket, string>();
  #vad: Promise<Vad> | undefined;

  constructor(private readonly deps: DoorDeps) {}

  /** @returns whether the upgrade is for here */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (request.url?.split('?', 1)[0] !== transcriptionPath) return false;
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void this.#welcome(webSocket, request);
    });
    return true;
  }

  async close(): Promise<void> {
    for (const socket of this.#open.keys()) socket.close(1001);
    this.#sockets.close();
    await (await this.#vad?.catch(() => undefined))?.close();
  }

  /** Never rejects. What comes before the key is checked waits in the socket. */
  async #welcome(socket: WebSocket, request: IncomingMessage): Promise<void> {
    socket.on('error', () => undefined);
    socket.pause();
    try {
      const key = keyOf(request);
      const caller = key === undefined ? undefined : await this.deps.keys.verify(key);
      if (!caller) {
        refuse(socket, 1008, 'Invalid API key or user not found.');
        return;
      }
      const ofKey = [...this.#open.values()].filter((keyId) => keyId === caller.keyId).length;
      if (this.#open.size >= limits.sessions || ofKey >= limits.sessionsPerKey) {
        refuse(socket, 1013, 'Too many transcription sessions. Try again later.');
        return;
      }
      this.#open.set(socket, caller.keyId);
      socket.once('close', () => this.#open.delete(socket));
      this.#vad ??= this.deps.openVad();
      this.#serve(socket, await this.#vad);
    } catch (err) {
      this.#vad = undefined;
      this.deps.log.error({ err }, 'a transcription session could not begin');
      refuse(socket, 1011, 'The session could not begin. Try again.');
    }
  }

  #serve(socket: WebSocket, vad: Vad): void {
    const { clock, log, stt } = this.deps;
    const closing = new AbortController();
    const send = (event: TranscriptionEvent) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event));
    };
    const session = new TranscriptionSession({
      ...{ stt, send, language: 'en-US', vad: vad.openStream(), signal: closing.signal },
      onTrouble: (err) => log.warn({ err }, 'streaming transcription had trouble'),
    });
    const bytes = new PcmByteStream();
    let waiting = 0;
    let isOver = false;
    let work: Promise<void> = Promise.resolve();
    const then = (step: () => Promise<void> | void) => {
      work = work.then(step).catch((err: unknown) => {
        log.error({ err }, 'a transcription session failed');
        refuse(socket, 1011, 'The session failed.');
      });
    };
    const end = (problem?: string) => {
      if (isOver) return;
      isOver = true;
      then(async () => {
        if (session.isSpeaking) await session.finalize();
        if (problem !== undefined) send({ type: 'error', data: { message: problem } });
        send({ type: 'session.closed', data: {} });
        socket.close(1000);
      });
    };
    const endLater = (ms: number, problem: string) =>
      clock.after(ms, () => {
        end(problem);
      });
    const cancelLife = endLater(limits.lifeMs, 'The session has expired.');
    const idle = () => endLater(limits.idleMs, 'Nothing was sent for a minute.');
    let cancelIdle = idle();
    socket.on('message', (data, isBinary) => {
      if (isOver) return;
      cancelIdle();
      cancelIdle = idle();
      const message = toBuffer(data);
      if (!isBinary) {
        const control = readControl(message);
        if (control === undefined) send({ type: 'error', data: { message: unknownControl } });
        else if (control === 'finalize') then(() => session.finalize());
        else end();
        return;
      }
      waiting += message.byteLength;
      if (waiting > limits.waitingBytes) socket.pause();
      then(async () => {
        await session.hear(bytes.push(message));
        waiting -= message.byteLength;
        if (waiting <= limits.waitingBytes) socket.resume();
      });
    });
    socket.once('close', () => {
      isOver = true;
      closing.abort();
      cancelLife();
      cancelIdle();
      session.close();
    });
    const expires_at = new Date(clock.nowAt().getTime() + limits.lifeMs).toISOString();
    send({ type: 'session.started', data: { session_id: randomUUID(), expires_at } });
    socket.resume();
  }
}

const unknownControl =
  'Text messages must be {"type": "finalize"}, {"type": "close"} or {"type": "stop"}; sound is binary.';

function refuse(socket: WebSocket, code: number, message: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.send(JSON.stringify({ type: 'error', data: { message } } satisfies TranscriptionEvent));
  socket.resume();
  socket.close(code);
}

/** In a header, or behind the question mark for clients that can send none. */
function keyOf(request: IncomingMessage): string | undefined {
  const named = keyHeaders.map((name) => request.headers[name]);
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const query = new URL(request.url ?? '', 'http://localhost').searchParams.get('convai-api-key');
  const key = [...named, bearer, query].find((given) => typeof given === 'string' && given !== '');
  return typeof key === 'string' && key.length <= limits.keyLetters ? key.trim() : undefined;
}

function readControl(message: Buffer): 'finalize' | 'close' | 'stop' | undefined {
  if (message.byteLength > limits.textBytes) return undefined;
  return Control.safeParse(parsedJson(message.toString('utf8'))).data?.type;
}
