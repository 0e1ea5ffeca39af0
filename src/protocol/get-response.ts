import * as z from 'zod';
import { ActionConfig } from './action-config.ts';
import { object as orItsJson, texts } from './convai-character.ts';
import { laxBoolean } from './lax.ts';

/*
 * One question and its answer without a room. Source: Convai docs, character-crafting-apis/action-api.md, and for what
 * has nothing to do with acting interaction-apis/interaction-api.md. Bodies are forms, so lists come as their JSON.
 */

const id = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);
/** A form may have a field with nothing in it. */
const listed = z
  .preprocess(
    (value) => (value === '' ? undefined : value),
    orItsJson(z.array(z.unknown()).nullish()),
  )
  .optional();

export const GetResponse = z.object({
  charID: id,
  /** `-1`, or none, begins a conversation. */
  sessionID: z
    .union([z.string().trim().max(256), z.int()])
    .nullish()
    .transform((given) => (['', '-1'].includes(String(given ?? '')) ? null : String(given))),
  /** Left out where the question comes as `file`. */
  userText: z.string().trim().max(8_000).nullish(),
  voiceResponse: laxBoolean.nullish(),
  stream: laxBoolean.nullish(),
  /** "Play, Serve, Give, Call Cab", or a list; without it the character's own. */
  actions: texts.nullish(),
  objects: listed,
  characters: listed,
});
export type GetResponse = z.infer<typeof GetResponse>;

/** What of a request says what the character may do. @throws {z.ZodError} */
export function actionsIn(
  { actions, objects, characters }: GetResponse,
  ownActions: readonly string[],
): ActionConfig {
  const names = (actions ?? ownActions).filter((name) => name.trim() !== '');
  return ActionConfig.parse({ actions: names, objects, characters });
}

export const Responded = z.object({
  userQuery: z.string(),
  charID: z.string(),
  sessionID: z.string(),
  text: z.string(),
  /** The same as `text`. */
  response: z.string(),
  /** Base64 of a WAV. */
  audio: z.string().nullable(),
  sample_rate: z.string().nullable(),
  /** A line for each step. */
  actionSequence: z.string(),
});
export type Responded = z.infer<typeof Responded>;
