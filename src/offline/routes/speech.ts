import * as z from 'zod';
import { pcmBytes } from '../../audio/pcm-bytes.ts';
import { encodeWav } from '../../audio/wav.ts';
import { speakingRateHz } from '../../frames/pcm.ts';
import type { SpeechTiming } from '../../frames/speech-timing.ts';
import {
  speechTimingPreference,
  type SpeechEvent,
  type SpeechTimingEvent,
} from '../../protocol/speech-events.ts';
import { readJson } from '../body.ts';
import { InvalidRequest, parsed } from '../invalid-request.ts';
import { sendJson, write, type Exchange, type Route } from '../route.ts';
import { sentences } from '../speech/sentences.ts';
import type { Synthesiser } from '../speech/synthesiser.ts';
import type { SpokenSentence } from '../speech/utterance.ts';
import { VoiceBook, type VoiceWish } from '../speech/voices.ts';

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
  const book = async () => new VoiceBook(await synthesiser.languages());
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
  const isTimed = prefersTiming(request.headers.prefer);
  const asEvents = wish.stream_format === 'sse' || isTimed;
  const format = wish.response_format ?? (asEvents ? 'pcm' : 'wav');
  if (format !== 'pcm' && (format !== 'wav' || wish.stream_format === 'sse')) {
    throw new InvalidRequest(
      'unsupported_format',
      'Only response_format "pcm" and "wav" are made here, as events only "pcm".',
      'response_format',
    );
  }
  const parts = sentences(wish.input);
  if (parts.length === 0) {
    throw new InvalidRequest('nothing_to_say', 'There is nothing in it to say.', 'input');
  }
  const language = wish.language ?? request.headers['content-language'];
  const spoken = speakAll(parts, { ...wish, language }, synthesiser, book, signal);
  if (format === 'pcm' && asEvents) await sendEvents(exchange, spoken, isTimed);
  else if (format === 'pcm') await sendPcm(exchange, spoken);
  else {
    const pieces: Int16Array[] = [];
    for await (const { samples } of spoken) pieces.push(samples);
    const wav = encodeWav(joined(pieces), speakingRateHz);
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.byteLength });
    response.end(wav);
  }
}

type Spoken = AsyncGenerator<SpokenSentence, void>;

/** Raw, as OpenAI has it: 24 kHz, 16 bits, little-endian, mono; each sentence is sent as soon as it is there. */
async function sendPcm(exchange: Exchange, spoken: Spoken): Promise<void> {
  for await (const { samples } of spoken) {
    const { response } = exchange;
    // Not before there is a sound: an error must still become a status.
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'audio/pcm' });
    for (const piece of piecesOf(samples)) await write(exchange, piece);
  }
  exchange.response.end();
}

/** The same as events, for who wants it with the times of words and phonemes before each sentence. */
async function sendEvents(exchange: Exchange, spoken: Spoken, isTimed: boolean): Promise<void> {
  const { response } = exchange;
  const send = (event: SpeechEvent) => write(exchange, `data: ${JSON.stringify(event)}\n\n`);
  for await (const { samples, timing } of spoken) {
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        ...(isTimed && { 'preference-applied': speechTimingPreference }),
      });
    }
    if (isTimed) await send(timingEvent(timing));
    for (const piece of piecesOf(samples)) {
      await send({ type: 'speech.audio.delta', audio: Buffer.from(piece).toString('base64') });
    }
  }
  await send({ type: 'speech.audio.done' });
  response.end();
}

function timingEvent({ words, phonemes }: SpeechTiming): SpeechTimingEvent {
  const seconds = (ms: number) => Math.round(ms) / 1000;
  return {
    type: 'speech.timing',
    words: words.map(({ text, startMs, endMs }) => ({
      word: text.trim(),
      start: seconds(startMs),
      end: seconds(endMs),
    })),
    phonemes: phonemes.map(({ ipa, startMs, endMs }) => ({
      phoneme: ipa,
      start: seconds(startMs),
      end: seconds(endMs),
    })),
  };
}

/** RFC 7240: preferences are separated by commas, and those that nobody knows are passed over. */
function prefersTiming(prefer: string | string[] | undefined): boolean {
  return [prefer ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .some((preference) => preference.trim().toLowerCase() === speechTimingPreference);
}

async function* speakAll(
  parts: readonly string[],
  wish: VoiceWish,
  synthesiser: Synthesiser,
  book: VoiceBook,
  signal: AbortSignal,
): Spoken {
  for (const part of parts) {
    yield await synthesiser.speak(part, book.voiceFor(part, wish), signal);
  }
}

function piecesOf(samples: Int16Array): Uint8Array[] {
  const bytes = pcmBytes(samples);
  const count = Math.ceil(bytes.byteLength / pieceBytes);
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
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
