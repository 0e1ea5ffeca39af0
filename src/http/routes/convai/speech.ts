import { Router, type Request, type RequestHandler, type Response } from 'express';
import * as z from 'zod';
import { encodeWav } from '../../../audio/wav.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { speakingRateHz } from '../../../frames/pcm.ts';
import { ProviderFailed } from '../../../providers/provider-failed.ts';
import { spokenWhole } from '../../../providers/tts/long-text.ts';
import type { Tts } from '../../../providers/tts/tts.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { TooManyRequests } from '../../refusals.ts';
import { CraftingRefused, missingKeyIs400, orRefuse } from './crafting-dialect.ts';
import { documentedLanguages } from './languages.ts';

type VoiceEntry = { name: string; title: string; gender: 'MALE' | 'FEMALE' };
export type SpeechDeps = {
  tts: Tts;
  /** What the configured synthesiser is called in lists, and its voices. */
  voices: { section: string; voices: VoiceEntry[] };
};

export const SpeechRequest = z.object({
  transcript: z.string().trim().min(1).max(4_000),
  voice: z.string().trim().min(1).max(200),
  filename: z.string().trim().max(200).nullish(),
  encoding: z.string().trim().nullish(),
});
export const LanguageList = z.array(
  z.record(z.string(), z.object({ lang_code: z.string(), lang_name: z.string() })),
);
export const VoiceList = z.record(
  z.string(),
  z.array(
    z.record(
      z.string(),
      z.object({
        voice_value: z.string(),
        lang_codes: z.array(z.string()),
        gender: z.enum(['MALE', 'FEMALE']),
        sample_link: z.string(),
      }),
    ),
  ),
);

const SampleQuery = z.object({ voice: z.string().trim().min(1).max(200) });
const sampleText = 'Hello. This is how I sound. Shall we talk?';
/** Of one workspace at once: each holds minutes of sound in memory. */
const mostAtOnce = 4;
/** Ten minutes. */
const mostSamples = speakingRateHz * 600;

/** voice-list-api.md, language-list-api.md and text-to-speech-api.md, of the configured synthesiser. */
export function speechRoutes(deps: SpeechDeps, guards: RequestHandler[]): Router {
  const router = Router();
  const running = new Map<string, number>();

  const speak = async (req: Request, res: Response, wish: { text: string; voice: string }) => {
    const { workspaceId } = callerOf(req);
    const now = running.get(workspaceId) ?? 0;
    if (now >= mostAtOnce) throw new TooManyRequests();
    running.set(workspaceId, now + 1);
    const gone = new AbortController();
    res.once('close', () => {
      gone.abort();
    });
    try {
      return await spoken(deps.tts, wish, gone.signal);
    } catch (cause) {
      throw cause instanceof ProviderFailed ? new SpeechFailed(cause) : cause;
    } finally {
      const left = (running.get(workspaceId) ?? 1) - 1;
      if (left === 0) running.delete(workspaceId);
      else running.set(workspaceId, left);
    }
  };

  router.post('/tts', ...guards, async (req, res) => {
    const sent = await orRefuse({ ERROR: 'transcript and voice are required.' }, () =>
      Promise.resolve().then(() => parseBody(SpeechRequest, req)),
    );
    const encoding = sent.encoding?.toLowerCase() ?? 'wav';
    if (encoding !== 'wav')
      throw new CraftingRefused(400, 'unsupported_encoding', {
        ERROR: `The encoding ${encoding.slice(0, 20)} is not supported by this voice. Use wav.`,
      });
    const wav = await speak(req, res, { text: sent.transcript, voice: sent.voice });
    const name = (sent.filename ?? 'audio').replace(/\.wav$/i, '') || 'audio';
    res.attachment(`${name}.wav`).type('audio/wav').send(wav);
  });

  router.get(
    '/tts/get_available_voices',
    ...guards,
    (req: Request, res: Response) => {
      const { section, voices } = deps.voices;
      const origin = `${req.protocol}://${req.get('host') ?? 'localhost'}`;
      const answer: z.infer<typeof VoiceList> = {
        [section]: voices.map(({ name, title, gender }) => ({
          [title]: {
            voice_value: name,
            lang_codes: documentedLanguages.map(([, tag]) => tag),
            gender,
            sample_link: `${origin}/tts/sample?voice=${encodeURIComponent(name)}`,
          },
        })),
      };
      res.json(answer);
    },
    missingKeyIs400,
  );

  // What its page asks before it opens the WebSocket of the same path (http/transcription/).
  router.get('/stream', ...guards, (_req, res) => {
    res.json({ status: 'ok' });
  });

  router.get('/tts/sample', ...guards, async (req, res) => {
    const { voice } = await orRefuse({ ERROR: 'voice is required.' }, () => {
      const query = SampleQuery.safeParse(req.query);
      if (query.success) return Promise.resolve(query.data);
      throw new CraftingRefused(400, 'invalid_request', { ERROR: 'voice is required.' });
    });
    const wav = await speak(req, res, { text: sampleText, voice });
    res.type('audio/wav').send(wav);
  });

  router.get(
    '/tts/get_available_languages',
    ...guards,
    (_req: Request, res: Response) => {
      const answer: z.infer<typeof LanguageList> = documentedLanguages.map(([name, tag]) => ({
        [tag]: { lang_code: tag, lang_name: name },
      }));
      res.json(answer);
    },
    missingKeyIs400,
  );
  return router;
}

async function spoken(
  tts: Tts,
  { text, voice }: { text: string; voice: string },
  signal: AbortSignal,
): Promise<Buffer> {
  const samples = await spokenWhole(tts, text, { voice, signal, mostSamples });
  if (samples.length === 0)
    throw new CraftingRefused(400, 'nothing_to_say', { ERROR: 'The transcript has no words.' });
  return Buffer.from(encodeWav(samples, speakingRateHz));
}

class SpeechFailed extends PublicError {
  constructor(cause: ProviderFailed) {
    super(502, 'speech_failed', 'The synthesiser did not answer. Try again.', { cause });
  }
}
