import * as z from 'zod';

/*
 * The events of a spoken answer as a stream: those of OpenAI's `POST /audio/speech` with `stream_format: "sse"`, and
 * one of our own, `speech.timing`. Who wants it sends `Prefer: speech-timing` (RFC 7240), which every other server
 * passes over: it answers with plain sound, as it would have.
 */

export const speechTimingPreference = 'speech-timing';

/** More than a sentence has; the times of a whole page would be no stream. */
const mostUnits = 4_000;
const seconds = z.number().min(0).max(3_600);

const SpeechAudioDelta = z.object({
  type: z.literal('speech.audio.delta'),
  /** 16-bit little-endian mono PCM at 24 kHz in base64. */
  audio: z.string(),
});

const SpeechAudioDone = z.object({
  type: z.literal('speech.audio.done'),
  usage: z
    .object({ input_tokens: z.int(), output_tokens: z.int(), total_tokens: z.int() })
    .optional(),
});

/** Comes before the sound it times; in seconds from the first sample of the next delta. */
export const SpeechTimingEvent = z.object({
  type: z.literal('speech.timing'),
  words: z
    .array(z.object({ word: z.string().max(1_000), start: seconds, end: seconds }))
    .max(mostUnits),
  phonemes: z
    .array(z.object({ phoneme: z.string().max(32), start: seconds, end: seconds }))
    .max(mostUnits),
});
export type SpeechTimingEvent = z.infer<typeof SpeechTimingEvent>;

/** What else a server sends is for others. */
export const SpeechEvent = z.discriminatedUnion('type', [
  SpeechAudioDelta,
  SpeechAudioDone,
  SpeechTimingEvent,
]);
export type SpeechEvent = z.infer<typeof SpeechEvent>;
