import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { resample } from '../../../audio/resample.ts';
import { WavUnreadable } from '../../../audio/wav-decoder.ts';
import { decodeWav } from '../../../audio/wav.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { hearingRateHz, speakingRateHz } from '../../../frames/pcm.ts';
import type { Interactions } from '../../../minds/interactions.ts';
import type { ActionConfig } from '../../../protocol/action-config.ts';
import type { Character } from '../../../protocol/character.ts';
import { actionsIn, GetResponse, type Responded } from '../../../protocol/get-response.ts';
import type { PerformedAction } from '../../../protocol/server-messages.ts';
import { callerOf } from '../../api-key.ts';
import { atMost } from '../../at-most.ts';
import type { FileField } from '../../form-files.ts';
import { parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { contextOf, type RequestContext } from '../../request-context.ts';
import { CraftingRefused, orRefuse } from './crafting-dialect.ts';

export type GetResponseDeps = {
  /** Who may be spoken to. */
  spokenTo: { get(workspaceId: string, ref: string): Promise<Character | undefined> };
  interactions: Pick<Interactions, 'answer'>;
};

/** A minute of 48 kHz has 5.8 MB. */
export const spokenFile: FileField = { name: 'file', maxBytes: 6 * 1_048_576 };
const mostHeardSamples = hearingRateHz * 60;
/** Forms that may bring a file, each held in memory until it is answered. */
const mostForms = { ofOne: 16, ofAll: 32 } as const;

const badInput = { ERROR: 'The request could not be read.' };
const eitherOr = {
  ERROR: "Expecting only one; either an audio file or user's query as a string",
};

/**
 * `POST /character/getResponse`: action-api.md and interaction-api.md.
 * @param guards what a request passes first: its key, its rate
 * @param body reads one with a `spokenFile`
 */
export function getResponseRoutes(
  { spokenTo, interactions }: GetResponseDeps,
  guards: RequestHandler[],
  body: RequestHandler,
): Router {
  const router = Router();
  const countForm = atMost(mostForms);
  const fewForms: RequestHandler = (req, res, next) => {
    if (req.is('multipart/form-data')) countForm(req, res, next);
    else next();
  };
  router.post('/character/getResponse', ...guards, fewForms, body, async (req, res) => {
    const signal = leavingOf(res);
    const { workspaceId } = callerOf(req);
    const sent = await orRefuse(badInput, () =>
      Promise.resolve().then(() => parseBody(GetResponse, req)),
    );
    const words = wordsIn(sent, contextOf(req));
    if (sent.stream)
      throw new CraftingRefused(400, 'not_supported', {
        ERROR: 'stream is not available on this server: the answer comes whole.',
      });
    const character = await spokenTo.get(workspaceId, sent.charID);
    if (!character) throw failed(sent, 'character_not_found', 'There is no such character.');
    const actions = actionsOf(sent, character);
    const aloud = sent.voiceResponse ?? false;
    const { sessionID: sessionId } = sent;
    const said = { workspaceId, character, sessionId, words, actions, aloud };
    const answered = await interactions.answer(said, signal).catch((cause: unknown) => {
      if (cause instanceof PublicError && cause.status >= 500)
        throw failed(sent, cause.code, cause.message, cause.cause);
      throw cause;
    });
    const { wav } = answered;
    const answer: Responded = {
      userQuery: answered.words,
      charID: sent.charID,
      sessionID: answered.sessionId,
      text: answered.text,
      response: answered.text,
      audio: wav && Buffer.from(wav).toString('base64'),
      sample_rate: wav && String(speakingRateHz),
      actionSequence: sequenceOf(answered.actions),
    };
    res.json(answer);
  });
  return router;
}

/** As documented: a failing answer is 404, and names the character. */
function failed({ charID }: GetResponse, code: string, why: string, cause?: unknown) {
  const body = { charID, text: `process_failure, error: ${why}` };
  return new CraftingRefused(404, code, body, cause);
}

function wordsIn({ userText }: GetResponse, { file }: RequestContext): string | Int16Array {
  const isWritten = userText != null && userText !== '';
  if (isWritten === (file !== undefined))
    throw new CraftingRefused(400, 'invalid_request', eitherOr);
  return file ? soundIn(file.bytes) : (userText ?? '');
}

/** @throws {CraftingRefused} */
function soundIn(bytes: Uint8Array): Int16Array {
  const refuse = (why: string) =>
    new CraftingRefused(400, 'audio_unreadable', {
      ERROR: `The audio file cannot be read: ${why}.`,
    });
  try {
    const { samples, sampleRateHz } = decodeWav(bytes);
    if (samples.length === 0) throw refuse('it has no sound');
    if (samples.length / sampleRateHz > mostHeardSamples / hearingRateHz)
      throw refuse('it is longer than a minute');
    return resample(samples, { fromHz: sampleRateHz, toHz: hearingRateHz });
  } catch (cause) {
    if (cause instanceof WavUnreadable) throw refuse(cause.message);
    if (cause instanceof RangeError) throw refuse('its sample rate is an unusual one');
    throw cause;
  }
}

/** @throws {CraftingRefused} */
function actionsOf(sent: GetResponse, { actions: own }: Character): ActionConfig {
  try {
    return actionsIn(sent, own);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const [issue] = cause.issues;
    const why = [issue?.path.join('.') ?? '', issue?.message ?? 'invalid'].join(': ');
    throw new CraftingRefused(400, 'invalid_request', { ...badInput, REASON: why });
  }
}

/**
 * In the form of the page: " \nServe Mojito\n Serve White Russian". What stands in brackets behind a name tells the model
 * what can be done with it, and is no part of the step.
 */
function sequenceOf(actions: readonly PerformedAction[]): string {
  if (actions.length === 0) return '';
  const steps = actions.map(({ name, target = '' }) =>
    `${name} ${target.replace(/\s*\(.*$/s, '')}`.trim(),
  );
  return ` \n${steps.join('\n ')}`;
}
