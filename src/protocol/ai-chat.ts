import * as z from 'zod';
import { laxInt } from './lax.ts';
import { SomeText } from './plain-text.ts';

/* The ai-chat app API: plain shapes for phones and mini programs (docs/ai-chat.md). */

/** PostgreSQL's `integer`: numbers of characters. */
const mostNumber = 2_147_483_647;
const contentChars = 4_000;

/** Every answer but one is inside it. `code` is the HTTP status. */
export const Envelope = <S extends z.ZodType>(data: S) =>
  z.object({ code: z.int(), message: z.string(), data });

/** @property error a stable word for programs @property content what the character says about it, if anything */
export const Refusal = Envelope(z.object({ error: z.string(), content: z.string().optional() }));

export const CharacterView = z.object({
  id: z.int(),
  name: z.string(),
  subtitle: z.string(),
  description: z.string(),
  /** A JSON array inside a string. */
  tags: z.string(),
  language: z.string(),
  greeting: z.string(),
});
export type CharacterView = z.infer<typeof CharacterView>;
export const CharacterListView = z.object({ list: z.array(CharacterView) });

const SkillView = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  sufPath: z.string(),
});
export const SkillListView = z.object({ skills: z.array(SkillView) });

const characterId = laxInt(1, mostNumber);
export const ChatRequest = z.object({ characterId, content: SomeText(contentChars) });
export const SkillRequest = z.object({ characterId, skillId: laxInt(1, mostNumber) });
export const Answer = z.object({ id: z.int(), content: z.string() });

export const HistoryView = z.object({
  histories: z.array(
    z.object({
      id: z.int(),
      role: z.enum(['user', 'assistant']),
      content: z.string(),
      /** Unix time in seconds. */
      created: z.int(),
    }),
  ),
});
export const Nothing = z.object({});
export const VoiceQuery = z.object({ chatHistoryId: laxInt(1, Number.MAX_SAFE_INTEGER) });

/** The conversation goes on by voice when `/connect` is sent this as `character_session_id`. */
export const sessionHeader = 'X-Character-Session-Id';

/** Anything a client makes up for one request, such as a UUID. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/** Headers of requests that change their answer. */
export const RepeatHeaders = z.object({
  'Idempotency-Key': IdempotencyKey.optional().meta({
    description: 'The same request under the same key gets the same answer for a day.',
  }),
});
const header = (description: string) => z.string().optional().meta({ description });
export const SoundHeaders = z.object({
  Range: header('The bytes that are wanted: one range, else the whole is sent.'),
  'If-Range': header('The ETag of the sound that Range is meant for.'),
  'If-None-Match': header('ETags of sounds that the client has.'),
});

const day = 86_400;
export const NewUser = z.object({
  /** The app's own id of its user; the same one is the same user each time. */
  externalId: SomeText(256).nullish(),
  name: SomeText(256).nullish(),
  expiresInSeconds: laxInt(60, 366 * day).default(30 * day),
});
export const IssuedUser = z.object({
  userId: z.string(),
  tokenId: z.string(),
  token: z.string(),
  /** ISO 8601. */
  expiresAt: z.string(),
});
export const Revoked = z.object({ revoked: z.int() });
