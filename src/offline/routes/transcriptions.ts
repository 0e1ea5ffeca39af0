import * as z from 'zod';
import { decodeWav } from '../../audio/wav.ts';
import { WavUnreadable } from '../../audio/wav-decoder.ts';
import { durationMs } from '../../frames/pcm.ts';
import { readForm } from '../body.ts';
import { conditioned } from '../hearing/conditioning.ts';
import type { Recogniser } from '../hearing/recogniser.ts';
import { isUnderstood, written } from '../hearing/written.ts';
import { InvalidRequest, parsed } from '../invalid-request.ts';
import { sendJson, type Exchange, type Route } from '../route.ts';

/** A minute in stereo at 48 kHz, and the form around it. */
const maxBodyBytes = 12_000_000;
/** Nobody waits for the transcript of more. */
const maxSpeechMs = 60_000;

const TranscriptionForm = z.object({
  file: z.instanceof(Uint8Array, { error: 'must be a file' }),
  model: z.string().max(200).optional(),
  language: z.string().max(100).optional(),
  response_format: z.enum(['json', 'text', 'verbose_json']).default('json'),
});

/** `POST /v1/audio/transcriptions`: WAV of 16-bit PCM, English. */
export function transcriptionRoutes(recogniser: Recogniser): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/audio/transcriptions',
      handle: (exchange) => transcribe(exchange, recogniser),
    },
  ];
}

async function transcribe(
  { request, response, signal }: Exchange,
  recogniser: Recogniser,
): Promise<void> {
  const fields = await readForm(request, maxBodyBytes);
  const form = parsed(
    TranscriptionForm,
    Object.fromEntries(
      fields.map(({ name, bytes, isFile }) => [
        name,
        isFile ? bytes : Buffer.from(bytes).toString(),
      ]),
    ),
  );
  if (!isUnderstood(form.language)) {
    throw new InvalidRequest(
      'language_not_supported',
      'The embedded recogniser understands English only. Configure another one for other languages (STT_BASE_URL).',
      'language',
    );
  }
  const sound = readSound(form.file);
  if (durationMs(sound) > maxSpeechMs) {
    throw new InvalidRequest('audio_too_long', 'More than 60 seconds of sound.', 'file', 413);
  }
  const speech = conditioned(sound);
  const text = speech ? written(await recogniser.recognise(speech, signal)) : '';
  switch (form.response_format) {
    case 'text':
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${text}\n`);
      return;
    case 'json':
      sendJson(response, 200, { text });
      return;
    case 'verbose_json':
      sendJson(response, 200, {
        task: 'transcribe',
        language: 'english',
        duration: durationMs(sound) / 1000,
        text,
      });
  }
}

function readSound(bytes: Uint8Array): { samples: Int16Array; sampleRateHz: number } {
  try {
    return decodeWav(bytes);
  } catch (cause) {
    if (!(cause instanceof WavUnreadable)) throw cause;
    throw new InvalidRequest(
      'audio_unreadable',
      `The file cannot be read: ${cause.message}.`,
      'file',
    );
  }
}
