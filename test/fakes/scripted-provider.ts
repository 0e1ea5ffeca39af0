import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { pcmBytes } from '../../src/audio/pcm-bytes.ts';
import { decodeWav, encodeWav } from '../../src/audio/wav.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { factWishIn } from '../../src/prompt/facts.ts';
import { summaryWishIn } from '../../src/prompt/summary.ts';
import type { ToolCall } from '../../src/providers/llm/llm.ts';
import { parseMultipart } from './multipart.ts';
import { ScriptedRealtime } from './scripted-realtime.ts';
import { breakConnection, ScriptedStage, type Behaviour } from './scripted-stage.ts';
import { words } from './scripted-llm.ts';
import { hum } from './scripted-tts.ts';

const ChatMessage = z
  .object({
    role: z.string(),
    content: z.union([
      z.string(),
      z.array(
        z.union([
          z.object({ type: z.literal('text'), text: z.string() }),
          z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
        ]),
      ),
    ]),
  })
  .transform(({ role, content }) => {
    if (typeof content === 'string') return { role, content };
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
    const images = content.flatMap((part) =>
      part.type === 'image_url' ? [part.image_url.url] : [],
    );
    return { role, content: text, images };
  });
const ChatRequest = z.looseObject({
  model: z.string(),
  stream: z.literal(true),
  messages: z.array(ChatMessage),
  tools: z.array(z.unknown()).optional(),
  stream_options: z.object({ include_usage: z.boolean() }).optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;
const SpeechRequest = z.looseObject({
  model: z.string(),
  input: z.string(),
  voice: z.string(),
  response_format: z.string(),
});
const EmbeddingRequest = z.looseObject({
  model: z.string(),
  input: z.array(z.string()),
  encoding_format: z.literal('float'),
});
export type EmbeddingRequest = z.infer<typeof EmbeddingRequest>;
const ModerationRequest = z.looseObject({ model: z.string(), input: z.string() });
const ImageRequest = z.looseObject({ model: z.string(), prompt: z.string(), n: z.literal(1) });
export type ImageRequest = z.infer<typeof ImageRequest>;
export type ModerationRequest = z.infer<typeof ModerationRequest>;
export type SpeechRequest = z.infer<typeof SpeechRequest>;
export type TranscriptionRequest = {
  model: string;
  language: string | null;
  prompt: string | null;
  samples: Int16Array;
  sampleRateHz: number;
};
/** Of every request, whatever the stage. */
export type Arrival = {
  path: string;
  authorization: string | undefined;
  language: string | undefined;
};

/** A PNG of one transparent pixel. */
export const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** The sound of an answer: whatever the caller asked for, this is what it gets. */
export type Sound = { samples: Int16Array; sampleRateHz: number; container: 'pcm' | 'wav' };

/**
 * An OpenAI-shaped provider on loopback that does as it is told, for the real clients: transcriptions, chat
 * completions and speech, each with its behaviour, pace, answers and counts. Its time is real.
 */
export class ScriptedProvider {
  readonly stt = new ScriptedStage<TranscriptionRequest>();
  readonly llm = new ScriptedStage<ChatRequest>();
  /** What the model is asked when nobody waits for it: facts and summaries, at moments of the server's choosing. */
  readonly afterwork = new ScriptedStage<ChatRequest>();
  readonly tts = new ScriptedStage<SpeechRequest>();
  readonly moderation = new ScriptedStage<ModerationRequest>();
  readonly embeddings = new ScriptedStage<EmbeddingRequest>();
  readonly images = new ScriptedStage<ImageRequest>();
  /** The streaming recogniser; clients find none until it is told to be there. */
  readonly realtime = new ScriptedRealtime();
  readonly arrivals: Arrival[] = [];
  /** TCP connections so far: tells whether clients keep theirs. */
  connections = 0;

  transcript: (request: TranscriptionRequest) => string = () => 'hello there';
  reply: (request: ChatRequest) => string | string[] = () => 'Hello. How are you today?';
  /** No facts. */
  afterthought: (request: ChatRequest) => string = () => '[]';
  /** Functions that are called after the reply, where the request offers any. */
  calls: (request: ChatRequest) => ToolCall[] = () => [];
  /** What the model says of its end, and of what it took where that is asked for; undefined: nothing. */
  ending: (request: ChatRequest) => {
    finishReason: string;
    usage?: { prompt_tokens: number; completion_tokens: number };
  } = () => ({ finishReason: 'stop' });
  /** What there is against a text. */
  flags: (request: ModerationRequest) => string[] = () => [];
  /** The vector of a text. */
  vector: (text: string) => number[] = (text) => [text.length, 1];
  /** What is drawn: base64, or the address of a picture. */
  picture: (request: ImageRequest) => { b64_json: string } | { url: string } = () => ({
    b64_json: onePixel.toString('base64'),
  });
  /** 60 ms of a tone for each letter unless set. */
  sound: (request: SpeechRequest) => Sound = ({ input }) => ({
    samples: hum(60 * input.length),
    sampleRateHz: speakingRateHz,
    container: 'pcm',
  });
  /** Bytes of each piece of sound: 100 ms of 24 kHz. */
  soundPieceBytes = 4_800;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', () => this.connections++);
    this.realtime.attach(server);
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => breakConnection(response));
    });
  }

  static async open(): Promise<ScriptedProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ScriptedProvider(server, addressOf(server).port);
  }

  /** What a stage's `baseUrl` setting is. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  close(): Promise<void> {
    this.realtime.close();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(z.instanceof(Buffer).parse(chunk)));
    const body = Buffer.concat(chunks);
    const path = request.url ?? '';
    const { authorization } = request.headers;
    this.arrivals.push({ path, authorization, language: request.headers['content-language'] });
    switch (path) {
      case '/v1/audio/transcriptions':
        return this.#transcribe(transcriptionRequest(request, body), response);
      case '/v1/chat/completions':
        return this.#chat(ChatRequest.parse(JSON.parse(body.toString())), response);
      case '/v1/audio/speech':
        return this.#speak(SpeechRequest.parse(JSON.parse(body.toString())), response);
      case '/v1/moderations':
        return this.#moderate(ModerationRequest.parse(JSON.parse(body.toString())), response);
      case '/v1/embeddings':
        return this.#embed(EmbeddingRequest.parse(JSON.parse(body.toString())), response);
      case '/v1/images/generations':
        return this.#draw(ImageRequest.parse(JSON.parse(body.toString())), response);
      default:
        response.writeHead(404).end();
    }
  }

  #transcribe(request: TranscriptionRequest, response: ServerResponse): Promise<void> {
    const behaviour = this.stt.arrived(request, response);
    const json = JSON.stringify({ text: this.transcript(request) });
    // In two pieces, so that it can break off in between.
    const pieces = [json.slice(0, 5), json.slice(5)];
    return send(response, behaviour, this.stt, 'application/json', pieces);
  }

  #chat(request: ChatRequest, response: ServerResponse): Promise<void> {
    const { messages } = request;
    const isAfterwork = factWishIn(messages) !== undefined || summaryWishIn(messages) !== undefined;
    const stage = isAfterwork ? this.afterwork : this.llm;
    const behaviour = stage.arrived(request, response);
    const said = isAfterwork ? this.afterthought(request) : this.reply(request);
    const pieces = (typeof said === 'string' ? words(said) : said).map((content) =>
      chunk({ content }, null),
    );
    const calls = request.tools ? this.calls(request) : [];
    pieces.push(...calls.flatMap(callChunks));
    const { finishReason, usage } = this.ending(request);
    const counted =
      usage && request.stream_options?.include_usage
        ? `data: ${JSON.stringify({ choices: [], usage })}\n\n`
        : '';
    const last = chunk({}, calls.length > 0 ? 'tool_calls' : finishReason);
    const end = `${last}${counted}data: [DONE]\n\n`;
    return send(response, behaviour, stage, 'text/event-stream', pieces, end);
  }

  #moderate(request: ModerationRequest, response: ServerResponse): Promise<void> {
    const behaviour = this.moderation.arrived(request, response);
    const flags = this.flags(request);
    const categories = {
      harmless: false,
      ...Object.fromEntries(flags.map((name) => [name, true])),
    };
    const json = JSON.stringify({ results: [{ flagged: flags.length > 0, categories }] });
    return send(response, behaviour, this.moderation, 'application/json', [json]);
  }

  #embed(request: EmbeddingRequest, response: ServerResponse): Promise<void> {
    const behaviour = this.embeddings.arrived(request, response);
    const data = request.input.map((text, index) => ({ index, embedding: this.vector(text) }));
    // In no order that anybody promised.
    const json = JSON.stringify({ data: data.reverse() });
    return send(response, behaviour, this.embeddings, 'application/json', [json]);
  }

  #draw(request: ImageRequest, response: ServerResponse): Promise<void> {
    const behaviour = this.images.arrived(request, response);
    const json = JSON.stringify({ created: 1, data: [this.picture(request)] });
    return send(response, behaviour, this.images, 'application/json', [
      json.slice(0, 5),
      json.slice(5),
    ]);
  }

  #speak(request: SpeechRequest, response: ServerResponse): Promise<void> {
    const behaviour = this.tts.arrived(request, response);
    const { samples, sampleRateHz, container } = this.sound(request);
    const bytes = container === 'wav' ? encodeWav(samples, sampleRateHz) : pcmBytes(samples);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.byteLength; at += this.soundPieceBytes) {
      pieces.push(bytes.subarray(at, at + this.soundPieceBytes));
    }
    const contentType = container === 'wav' ? 'audio/wav' : 'audio/pcm';
    return send(response, behaviour, this.tts, contentType, pieces);
  }
}

type Piece = string | Uint8Array;

/** @param end follows the last piece at once, and is left out of answers that break off */
async function send(
  response: ServerResponse,
  behaviour: Behaviour,
  stage: Pick<ScriptedStage<unknown>, 'pace' | 'held' | 'answered'>,
  contentType: string,
  pieces: Piece[],
  end: Piece = '',
): Promise<void> {
  switch (behaviour.kind) {
    case 'hang':
      return;
    case 'reset':
      breakConnection(response);
      return;
    case 'refuse': {
      const message = behaviour.message ?? 'scripted refusal';
      const error = { message, type: 'scripted', code: null };
      response.writeHead(behaviour.status, {
        'content-type': 'application/json',
        ...behaviour.headers,
      });
      response.end(JSON.stringify({ error }));
      return;
    }
    case 'garbage':
      response.writeHead(200, { 'content-type': behaviour.contentType ?? 'text/html' });
      response.end(behaviour.body);
      return;
    case 'ok':
    case 'breakOff':
    case 'stall':
    case 'unclosed':
    case 'endless':
      break;
  }
  await stage.held;
  await pause(stage.pace.firstMs);
  response.writeHead(200, { 'content-type': contentType });
  const sent = 'afterPieces' in behaviour ? pieces.slice(0, behaviour.afterPieces) : pieces;
  for (const [index, piece] of sent.entries()) {
    if (index > 0 && stage.pace.pieceMs > 0) await pause(stage.pace.pieceMs);
    if (!(await write(response, piece))) return;
  }
  switch (behaviour.kind) {
    case 'ok':
      response.end(end);
      stage.answered();
      return;
    case 'breakOff':
      if (behaviour.by === 'reset') breakConnection(response);
      else response.end();
      return;
    case 'stall':
      return;
    case 'unclosed':
      if (end) await write(response, end);
      stage.answered();
      return;
    case 'endless': {
      // The longest, so that no bound is reached too late for it.
      const [longest = ' '] = pieces.toSorted((a, b) => b.length - a.length);
      while (await write(response, longest));
    }
  }
}

/** @returns whether the client is still there, once the piece has left for it */
function write(response: ServerResponse, piece: Piece): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    response.once('close', gone);
    response.write(piece, (fault) => {
      response.off('close', gone);
      resolve(!fault && !response.destroyed);
    });
  });
}

/** As OpenAI streams a call: its name first, then its arguments in pieces. */
function callChunks({ name, json }: ToolCall, index: number): string[] {
  const half = Math.ceil(json.length / 2);
  const part = (more: object) => chunk({ tool_calls: [{ index, ...more }] }, null);
  return [
    part({ id: `call_${index}`, type: 'function', function: { name, arguments: '' } }),
    part({ function: { arguments: json.slice(0, half) } }),
    part({ function: { arguments: json.slice(half) } }),
  ];
}

function chunk(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: 'scripted', object: 'chat.completion.chunk', choices })}\n\n`;
}

function transcriptionRequest(request: IncomingMessage, body: Buffer): TranscriptionRequest {
  const form = parseMultipart(request.headers['content-type'] ?? '', body);
  const file = form.get('file');
  const model = form.get('model')?.toString();
  if (!file || !model) throw new Error('a transcription needs a file and a model');
  const language = form.get('language')?.toString() ?? null;
  const prompt = form.get('prompt')?.toString() ?? null;
  return { ...decodeWav(file), language, prompt, model };
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return address;
}
