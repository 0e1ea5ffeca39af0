import * as z from 'zod';
import { Garbage } from '../attempt.ts';

/**
 * How a server wants its transcription session described.
 * - nested: OpenAI's GA interface, `session.update` with `audio.input`
 * - flat: `session.update` with the fields of the beta, as speaches has it
 * - legacy: the beta itself, `transcription_session.update`
 */
export type SessionForm = 'nested' | 'flat' | 'legacy';

/** What matters of a server's events. */
export type RealtimeEvent =
  | { kind: 'created'; form: SessionForm }
  | { kind: 'configured' }
  | { kind: 'committed'; itemId: string }
  | { kind: 'cleared' }
  | { kind: 'delta'; itemId: string; text: string }
  | { kind: 'completed'; itemId: string; text: string }
  | { kind: 'failed'; itemId: string; message: string }
  | { kind: 'error'; code: string | undefined; message: string; eventId: string | undefined }
  /** Something that says nothing about words. */
  | { kind: 'other' };

export const realtimeRateHz = 24_000;

const AnyEvent = z.looseObject({ type: z.string() });
const Item = z.object({ item_id: z.string() });
const Delta = Item.extend({ delta: z.string().default('') });
const Completed = Item.extend({ transcript: z.string() });
const Trouble = z.object({
  message: z.string().nullish(),
  code: z.string().nullish(),
  event_id: z.string().nullish(),
});
const Failed = Item.extend({ error: Trouble });
const Refused = z.object({ error: Trouble });
/** The beta has its fields in the session itself, the GA interface has them in `audio.input`. */
const FlatSession = z.object({
  session: z.looseObject({ input_audio_format: z.string(), type: z.undefined().optional() }),
});

const transcription = 'conversation.item.input_audio_transcription';

/** @throws {SyntaxError | z.ZodError | Garbage} when it is no event of this protocol */
export function readEvent(data: Buffer, isBinary: boolean): RealtimeEvent {
  if (isBinary) throw new Garbage('a binary frame', true);
  const event = AnyEvent.parse(JSON.parse(data.toString('utf8')));
  switch (event.type) {
    case 'session.created':
      return { kind: 'created', form: FlatSession.safeParse(event).success ? 'flat' : 'nested' };
    case 'transcription_session.created':
      return { kind: 'created', form: 'legacy' };
    case 'session.updated':
    case 'transcription_session.updated':
      return { kind: 'configured' };
    case 'input_audio_buffer.committed':
      return { kind: 'committed', itemId: Item.parse(event).item_id };
    case 'input_audio_buffer.cleared':
      return { kind: 'cleared' };
    case `${transcription}.delta`: {
      const { item_id: itemId, delta: text } = Delta.parse(event);
      return { kind: 'delta', itemId, text };
    }
    case `${transcription}.completed`: {
      const { item_id: itemId, transcript: text } = Completed.parse(event);
      return { kind: 'completed', itemId, text };
    }
    case `${transcription}.failed`: {
      const { item_id: itemId, error } = Failed.parse(event);
      return { kind: 'failed', itemId, message: error.message ?? '' };
    }
    case 'error': {
      const { code, message, event_id: eventId } = Refused.parse(event).error;
      return {
        kind: 'error',
        code: code ?? undefined,
        message: message ?? '',
        eventId: eventId ?? undefined,
      };
    }
    default:
      return { kind: 'other' };
  }
}

/** @param language as `iso639` gives it. @param prompt as `promptOf` gives it */
export function sessionUpdate(
  form: SessionForm,
  model: string,
  language: string | undefined,
  prompt?: string,
) {
  const transcription = {
    model,
    ...languageField(model, language),
    ...(prompt === undefined ? {} : { prompt }),
  };
  switch (form) {
    case 'nested': {
      const format = { type: 'audio/pcm', rate: realtimeRateHz };
      const input = { format, transcription, turn_detection: null };
      return { type: 'session.update', session: { type: 'transcription', audio: { input } } };
    }
    case 'flat':
      // Its sound is 16-bit PCM anyway, and it refuses to be told so.
      return {
        type: 'session.update',
        session: { input_audio_transcription: transcription, turn_detection: null },
      };
    case 'legacy':
      return {
        type: 'transcription_session.update',
        session: {
          input_audio_format: 'pcm16',
          input_audio_transcription: transcription,
          turn_detection: null,
        },
      };
  }
}

/** OpenAI's newer models take a list of languages, all others one. */
function languageField(model: string, language: string | undefined) {
  if (language === undefined) return {};
  return /^gpt-(?:live-)?transcribe/.test(model) ? { languages: [language] } : { language };
}
