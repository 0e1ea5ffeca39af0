import { WebSocket } from 'ws';
import { pcmBase64 } from '../../audio/pcm-bytes.ts';
import type { Clock } from '../../lifetime/clock.ts';
import { TimedOut } from '../../lifetime/deadline.ts';
import { toBuffer } from '../../lifetime/reconnecting-socket.ts';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Garbage } from '../attempt.ts';
import { ProviderFailed } from '../provider-failed.ts';
import {
  readEvent,
  sessionUpdate,
  type RealtimeEvent,
  type SessionForm,
} from './realtime-events.ts';

/** Why a socket is of no use any more. `refused`: by somebody who understood what was wanted; asking again is in vain. */
export type SocketEnd = { refused: boolean; failure: ProviderFailed };

export type RealtimeSocketOptions = {
  settings: StageSettings;
  /** As `iso639` gives it. */
  language: string | undefined;
  /** As `promptOf` gives it. */
  prompt: string | undefined;
  clock: Clock;
  /** The session is configured: sound may be sent. */
  onReady: () => void;
  onEvent: (event: RealtimeEvent) => void;
  /** Once, unless it was closed from here. */
  onEnd: (end: SocketEnd) => void;
};

/** Connecting and configuring take two or three round trips; the user still speaks meanwhile. */
const openTimeoutMs = 5_000;
/** A transcript of half a minute has a few kilobytes, with its log probabilities some hundred. */
const maxMessageBytes = 1_000_000;
/** Twice the half minute that may have to be repeated at once, in base64: whoever lags further behind never catches up. */
const maxBufferedBytes = 4_000_000;
/** Closing codes of a server that does not want us: policy, and those of its own making. Others may be gone in a moment. */
const isRefusal = (code: number) => code === 1008 || (code >= 4_000 && code < 5_000);
/** HTTP: who asks wrongly is told so by 4xx. These three say "later". */
const laterStatuses = [408, 425, 429];
const maxMessageLetters = 500;

/** One WebSocket of OpenAI's Realtime API in a transcription session whose turns we end ourselves. */
export class RealtimeSocket {
  readonly openedMs: number;
  readonly #socket: WebSocket;
  readonly #cancelTimeout: () => void;
  #state: 'opening' | 'ready' | 'ended' = 'opening';
  /** Forms of the session that are left to try. */
  #forms: SessionForm[] = [];

  constructor(private readonly options: RealtimeSocketOptions) {
    const { settings, clock } = options;
    this.openedMs = clock.nowMs();
    const { url, headers } = addressOf(settings);
    const socket = (this.#socket = new WebSocket(url, {
      headers,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
    }));
    this.#cancelTimeout = clock.after(openTimeoutMs, () => {
      this.#end(false, 'timeout', new TimedOut('stt: opening the stream', openTimeoutMs));
    });
    let isGreeted = false;
    socket.on('open', () => {
      isGreeted = true;
    });
    socket.on('message', (data, isBinary) => {
      this.#receive(toBuffer(data), isBinary);
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      const status = response.statusCode ?? 0;
      const refused = status >= 400 && status < 500 && !laterStatuses.includes(status);
      const why = new Error(`the WebSocket was answered with HTTP ${status}`);
      this.#end(refused, refused ? 'refused' : 'unreachable', why);
    });
    socket.on('error', (cause) => {
      this.#end(false, isGreeted ? 'brokeOff' : 'unreachable', cause);
    });
    socket.on('close', (code) => {
      const refused = this.#state === 'opening' && isRefusal(code);
      const why = new Error(`the WebSocket was closed with code ${code}`);
      this.#end(refused, refused ? 'refused' : 'brokeOff', why);
    });
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** @param samples mono PCM at `realtimeRateHz` */
  append(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#send({ type: 'input_audio_buffer.append', audio: pcmBase64(samples) });
    if (this.#socket.bufferedAmount > maxBufferedBytes) {
      this.#end(false, 'timeout', new Error('the provider does not take the sound in time'));
    }
  }

  commit(eventId: string): void {
    this.#send({ type: 'input_audio_buffer.commit', event_id: eventId });
  }

  clear(): void {
    this.#send({ type: 'input_audio_buffer.clear' });
  }

  /** Ends it without `onEnd`. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#cancelTimeout();
    this.#tearDown();
  }

  #send(event: unknown): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#state === 'ended') return;
    let event: RealtimeEvent;
    try {
      event = readEvent(data, isBinary);
    } catch (cause) {
      this.#end(false, 'garbage', cause);
      return;
    }
    if (this.#state === 'opening') this.#configure(event);
    else if (event.kind === 'error' && event.code === 'session_expired') {
      this.#end(false, 'brokeOff', new Error('the session was at its longest'));
    } else this.options.onEvent(event);
  }

  #configure(event: RealtimeEvent): void {
    switch (event.kind) {
      case 'created':
        // What takes neither its own form nor that of the beta is something else.
        this.#forms = event.form === 'nested' ? ['nested', 'legacy'] : [event.form];
        this.#tryNextForm(new Garbage('no form of a session', false));
        return;
      case 'configured':
        this.#state = 'ready';
        this.#cancelTimeout();
        this.options.onReady();
        return;
      case 'error':
        this.#tryNextForm(new Error(this.#fitForLog(event.message)));
        return;
      case 'committed':
      case 'cleared':
      case 'delta':
      case 'completed':
      case 'failed':
      case 'other':
    }
  }

  #tryNextForm(refusal: Error): void {
    const form = this.#forms.shift();
    const { settings, language, prompt } = this.options;
    if (form === undefined) this.#end(true, 'refused', refusal);
    else this.#send(sessionUpdate(form, settings.model, language, prompt));
  }

  #end(refused: boolean, reason: ProviderFailed['reason'], cause: unknown): void {
    if (this.#state === 'ended') return;
    this.close();
    this.options.onEnd({ refused, failure: new ProviderFailed('stt', reason, !refused, cause) });
  }

  /** A goodbye is not waited for: nobody needs what would come before it. */
  #tearDown(): void {
    const socket = this.#socket;
    socket.removeAllListeners('message');
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    socket.on('error', () => undefined);
    socket.terminate();
  }

  /** Some servers repeat the key that they refuse. */
  #fitForLog(words: string): string {
    const { apiKey } = this.options.settings;
    return (apiKey ? words.replaceAll(apiKey, '***') : words).slice(0, maxMessageLetters);
  }
}

/**
 * OpenAI takes a model in the address for that of a conversation; speaches and its like want the recogniser's there.
 * The header of the beta is refused by OpenAI and wanted, or ignored, by others.
 */
function addressOf({ baseUrl, apiKey, model }: StageSettings) {
  const url = new URL(baseUrl);
  const isOpenAi = /(?:^|\.)openai\.(?:com|azure\.com)$/.test(url.hostname);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = `${url.pathname.replace(/\/$/, '')}/realtime`;
  url.searchParams.set('intent', 'transcription');
  if (!isOpenAi) url.searchParams.set('model', model);
  const headers: Record<string, string> = isOpenAi ? {} : { 'openai-beta': 'realtime=v1' };
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
  return { url, headers };
}
