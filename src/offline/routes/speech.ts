import * as z from 'zod';
import { pcmBytes } from '../../audio/pcm-bytes.ts';
import { encodeWav } from '../../audio/wav.ts';
import { speakingRateHz } from '../../frames/pcm.ts';
import { readJson } from '../body.ts';
import { InvalidRequest, parsed } from '../invalid-request.ts';
import { sendJson, write, type Exchange, type Route } from '../route.ts';
import { sentences } from '../speech/sentences.ts';
import type { Synthesiser } from '../speech/synthesiser.ts';
import { parseVoices, VoiceBook, type VoiceWish } from '../speech/voices.ts';

const maxBodyBytes = 65_536;
/** OpenAI's own limit: four minutes of speech. */
const maxInputChars = 4_096;
/** 200 ms: the client may leave, or be slow, between two of them. */
const pieceBytes = speakingRateHz * 2 * 0.2;

const SpeechRequest = z.object({
  model: z.string().max(200).optional(),
  input: z.string().max(maxInputChars),
  voice: z
    .union([z.string().max(200), z.object({ id: z.string().max(200) }).transform(({ id }) => id)])
    .default('alloy'),
  response_format: z.enum(['pcm', 'wav', 'mp3', 'opus', 'aac', 'flac']).optional(),
  speed: z.number().min(0.25).max(4).default(1),
  /** Ours: BCP 47 tag of the input; the header Content-Language says the same. */
  language: z.string().max(100).optional(),
  stream_format: z.enum(['audio', 'sse']).default('audio'),
});

/** `POST /v1/audio/speech` and the list of voices. */
export function speechRoutes(synthesiser: Synthesiser): Route[] {
  const book = async () => new VoiceBook(parseVoices(await synthesiser.voiceLines()));
  return [
    {
      method: 'POST',
      path: '/v1/audio/speech',
      async handle(exchange) {
        await speak(exchange, synthesiser, await book());
      },
    },
    {
      method: 'GET',
      path: '/v1/audio/voices',
      async handle({ response }) {
        const { names, languages } = await book();
        sendJson(response, 200, {
          voices: names.map((id) => ({ id, name: id, languages: 'all' })),
          languages: languages.map(({ id, name, aliases }) => ({ id, name, aliases })),
        });
      },
    },
  ];
}

async function speak(exchange: Exchange, synthesiser: Synthesiser, book: VoiceBook): Promise<void> {
  const { request, response, signal } = exchange;
  const wish = parsed(SpeechRequest, await readJson(request, maxBodyBytes));
  const format = wish.response_format ?? 'wav';
  if ((format !== 'pcm' && format !== 'wav') || wish.stream_format === 'sse') {
    throw new InvalidRequest(
      'unsupported_format',
      'Only response_format "pcm" and "wav" are made here, as plain audio.',
      'response_format',
    );
  }
  const parts = sentences(wish.input);
  if (parts.length === 0) {
    throw new InvalidRequest('nothing_to_say', 'There is nothing in it to say.', 'input');
  }
  const language = wish.language ?? request.headers['content-language'];
  const sound = spoken(parts, { ...wish, language }, synthesiser, book, signal);
  if (format === 'pcm') await sendPcm(exchange, sound);
  else {
    const pieces: Int16Array[] = [];
    for await (const samples of sound) pieces.push(samples);
    const wav = encodeWav(joined(pieces), speakingRateHz);
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.byteLength });
    response.end(wav);
  }
}

/** Raw, as OpenAI has it: 24 kHz, 16 bits, little-endian, mono; each sentence is sent as soon as it is there. */
async function sendPcm(exchange: Exchange, sound: AsyncGenerator<Int16Array, void>): Promise<void> {
  for await (const samples of sound) {
    const { response } = exchange;
    // Not before there is a sound: an error must still become a status.
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'audio/pcm' });
    const bytes = pcmBytes(samples);
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
      await write(exchange, bytes.subarray(at, at + pieceBytes));
    }
  }
  exchange.response.end();
}

async function* spoken(
  parts: readonly string[],
  wish: VoiceWish,
  synthesiser: Synthesiser,
  book: VoiceBook,
  signal: AbortSignal,
): AsyncGenerator<Int16Array, void> {
  for (const part of parts) {
    yield await synthesiser.speak(part, book.voiceFor(part, wish), signal);
  }
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
