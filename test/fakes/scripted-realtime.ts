import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import * as z from 'zod';
import { pcmFromBase64 } from '../../src/audio/pcm-bytes.ts';

/**
 * What the Realtime door does with a connection.
 * - ok: a transcription session as OpenAI has it, or in one of the forms of the beta
 * - refuse: no WebSocket at all, but this status
 * - closes: takes the connection, and closes it with this code before the session is configured
 * - mute: takes the connection and never says a word
 * - forgets: takes the sound and never tells its words
 * - fails: says that each transcription failed
 * - garbage: sends this in place of the first words
 * - breaks: breaks the connection after so much sound of 24 kHz
 */
export type RealtimeBehaviour =
  | { kind: 'ok'; form?: 'nested' | 'flat' | 'legacy' }
  | { kind: 'refuse'; status: number }
  | { kind: 'closes'; code: number }
  | { kind: 'mute' }
  | { kind: 'forgets' }
  | { kind: 'fails' }
  | { kind: 'garbage'; frame: string | Uint8Array }
  | { kind: 'breaks'; afterSamples: number };

/** A committed item: its sound and the words that were told of it. */
export type HeardItem = { samples: Int16Array; text: string };

export type RealtimeCounts = {
  /** Handshakes, refused ones included. */
  tries: number;
  /** Sessions that were configured. */
  sessions: number;
  /** Connections that are open. */
  open: number;
  frames: number;
  commits: number;
  clears: number;
};

const ClientEvent = z.looseObject({
  type: z.string(),
  event_id: z.string().optional(),
  audio: z.string().optional(),
});

/** The Realtime transcription WebSocket of the scripted provider. Refuses everybody until told otherwise. */
export class ScriptedRealtime {
  readonly counts: RealtimeCounts = {
    tries: 0,
    sessions: 0,
    open: 0,
    frames: 0,
    commits: 0,
    clears: 0,
  };
  readonly items: HeardItem[] = [];
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[] = [];
  /** The sessions as clients described them. */
  readonly configurations: unknown[] = [];
  /** The words of an item. */
  transcript: (samples: Int16Array) => string = () => 'hello there';
  /** The words of an item that is not whole yet; each must begin with the one before. None unless set. */
  partial: (samples: Int16Array) => string = () => '';
  /** Real milliseconds from a commit to its words. */
  completedMs = 0;
  /** Whether commits are acknowledged before their words come. */
  acknowledges = true;
  #always: RealtimeBehaviour = { kind: 'refuse', status: 404 };
  readonly #next: RealtimeBehaviour[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #sockets = new Set<WebSocket>();
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  #itemIds = 0;

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      this.#greet(request, socket, head);
    });
  }

  /** From now on, until told otherwise. */
  always(behaviour: RealtimeBehaviour): void {
    this.#always = behaviour;
    this.#next.length = 0;
  }

  /** For the next connections, one each; after them what holds always. */
  next(...behaviours: RealtimeBehaviour[]): void {
    this.#next.push(...behaviours);
  }

  /** Breaks every connection that is open. */
  breakAll(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  /** Resolves as soon as the counts are as wanted, at once when they are already. */
  until(wanted: (counts: RealtimeCounts) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted(this.counts)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  close(): void {
    this.breakAll();
    this.#server.close();
  }

  #greet(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const behaviour = this.#next.shift() ?? this.#always;
    this.requests.push({ url: request.url ?? '', headers: request.headers });
    this.#count('tries');
    socket.on('error', () => undefined);
    if (behaviour.kind === 'refuse') {
      socket.end(
        `HTTP/1.1 ${behaviour.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#sockets.add(client);
      this.#count('open');
      client.on('error', () => undefined);
      client.on('close', () => {
        this.#sockets.delete(client);
        this.#count('open', -1);
      });
      this.#serve(client, behaviour);
    });
  }

  #serve(client: WebSocket, behaviour: RealtimeBehaviour): void {
    if (behaviour.kind === 'mute') return;
    if (behaviour.kind === 'closes') {
      client.close(behaviour.code);
      return;
    }
    const form = behaviour.kind === 'ok' ? (behaviour.form ?? 'nested') : 'nested';
    const tell = (event: Record<string, unknown>) => {
      if (client.readyState === client.OPEN) client.send(JSON.stringify(event));
    };
    const created = form === 'legacy' ? 'transcription_session.created' : 'session.created';
    const session = form === 'nested' ? { type: 'transcription' } : { input_audio_format: 'pcm16' };
    tell({ type: created, session });
    let buffer: Int16Array[] = [];
    let itemId = this.#newItemId();
    let told = '';
    let receivedSamples = 0;
    const delta = (id: string, text: string) => {
      tell({ type: `${transcription}.delta`, item_id: id, content_index: 0, delta: text });
    };
    client.on('message', (data) => {
      const event = ClientEvent.parse(JSON.parse(z.instanceof(Buffer).parse(data).toString()));
      switch (event.type) {
        case 'session.update':
        case 'transcription_session.update': {
          if ((event.type === 'session.update') === (form === 'legacy')) {
            tell({ type: 'error', error: { message: `Unknown event ${event.type}.` } });
            return;
          }
          this.configurations.push(event['session']);
          this.#count('sessions');
          tell({ type: form === 'legacy' ? event.type + 'd' : 'session.updated', session });
          return;
        }
        case 'input_audio_buffer.append': {
          const samples = pcmFromBase64(event.audio ?? '');
          buffer.push(samples);
          receivedSamples += samples.length;
          this.#count('frames');
          if (behaviour.kind === 'breaks' && receivedSamples >= behaviour.afterSamples) {
            client.terminate();
            return;
          }
          const text = this.partial(concatenated(buffer));
          if (text.length > told.length && text.startsWith(told)) {
            delta(itemId, text.slice(told.length));
            told = text;
          }
          return;
        }
        case 'input_audio_buffer.clear':
          buffer = [];
          told = '';
          itemId = this.#newItemId();
          this.#count('clears');
          tell({ type: 'input_audio_buffer.cleared' });
          return;
        case 'input_audio_buffer.commit': {
          const samples = concatenated(buffer);
          const id = itemId;
          buffer = [];
          told = '';
          itemId = this.#newItemId();
          this.#count('commits');
          if (samples.length < 2_400) {
            const error = { message: 'buffer too small', code: 'x', event_id: event.event_id };
            tell({ type: 'error', error });
            return;
          }
          if (this.acknowledges) tell({ type: 'input_audio_buffer.committed', item_id: id });
          void this.#complete(client, behaviour, id, samples, tell);
          return;
        }
        default:
          tell({ type: 'error', error: { message: `Unknown event ${event.type}.` } });
      }
    });
  }

  async #complete(
    client: WebSocket,
    behaviour: RealtimeBehaviour,
    id: string,
    samples: Int16Array,
    tell: (event: Record<string, unknown>) => void,
  ): Promise<void> {
    if (behaviour.kind === 'forgets') return;
    if (behaviour.kind === 'garbage') {
      client.send(behaviour.frame);
      return;
    }
    if (this.completedMs > 0) await pause(this.completedMs);
    if (behaviour.kind === 'fails') {
      const error = { message: 'no words', type: 'server_error' };
      tell({ type: `${transcription}.failed`, item_id: id, content_index: 0, error });
      return;
    }
    const text = this.transcript(samples);
    this.items.push({ samples, text });
    const done = { item_id: id, content_index: 0, transcript: text };
    tell({ type: `${transcription}.completed`, ...done });
    this.#count('frames', 0);
  }

  #newItemId(): string {
    return `item_${++this.#itemIds}`;
  }

  #count(what: keyof RealtimeCounts, by = 1): void {
    this.counts[what] += by;
    for (const look of [...this.#waiting]) look();
  }
}

const transcription = 'conversation.item.input_audio_transcription';

function concatenated(pieces: Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
