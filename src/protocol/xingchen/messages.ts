import * as z from 'zod';
import { laxInt } from '../lax.ts';
import { plainText } from '../plain-text.ts';
import { Envelope, Page } from './envelope.ts';
import { orderBy, pageNum, pageSize } from './paging.ts';
import { someUserId, userId } from './user-id.ts';

/* What was said with characters: looked up, rated, begun anew, drawn. */

const mostIdChars = 256;
const id = z.string().trim().max(mostIdChars);
const optionalId = id
  .nullish()
  .transform((given) => (given === '' ? undefined : (given ?? undefined)));
const requiredId = id.min(1);

/** Milliseconds since 1970, as a number or its digits, or ISO 8601. */
const moment = z
  .union([z.number(), z.string().trim().max(64)])
  .transform((given, context): Date => {
    const isDigits = typeof given === 'number' || /^\d{1,15}$/.test(given);
    const at = new Date(isDigits ? Number(given) : given);
    if (!(at.getTime() >= 0 && at.getUTCFullYear() <= 9_999)) {
      context.issues.push({
        code: 'custom',
        message: 'must be milliseconds since 1970, or ISO 8601 such as 2026-01-02T03:04:05Z',
        input: given,
      });
      return z.NEVER;
    }
    return at;
  });

/** @property bizUserId the application's own id of its user */
export const HistoryQuery = z.looseObject({
  where: z
    .looseObject({
      characterId: optionalId,
      bizUserId: userId
        .nullish()
        .transform((given) => (given === '' ? undefined : (given ?? undefined))),
      sessionId: optionalId,
      startTime: moment.nullish(),
      endTime: moment.nullish(),
      messageIds: z.array(requiredId).max(100).nullish(),
    })
    .nullish(),
  orderBy: orderBy(
    {
      gmtCreate: 'created',
      gmtModified: 'created',
      createTimestamp: 'created',
      createTime: 'created',
    },
    { by: 'created', descending: true },
  ),
  pageNum,
  pageSize,
});

/** Who wrote a message. `bizUserId` is null of a character. */
const Issuer = z.object({
  userId: z.string().nullable(),
  bizUserId: z.string().nullable(),
  userName: z.string().nullable(),
  userType: z.enum(['user', 'character']),
});

export const MessageView = z.object({
  messageId: z.string(),
  content: z.string(),
  /** `opening_remarks`: the character's greeting; `sys_greetings`: it wrote unasked. */
  messageType: z.enum(['opening_remarks', 'sys_greetings', 'user', 'character']),
  messageIssuer: Issuer,
  /** `/connect` takes it as `character_session_id`. */
  sessionId: z.string(),
  chatId: z.string(),
  /** ISO 8601. */
  gmtCreate: z.string(),
  isGreeting: z.boolean(),
  /** -1 to 5; null while nobody has rated it. */
  rating: z.int().nullable(),
});
export type MessageView = z.infer<typeof MessageView>;
export const HistoryAnswer = Envelope(Page(MessageView));

export const RatingRequest = z.looseObject({ messageId: requiredId, rating: laxInt(-1, 5) });
export const RatingAnswer = Envelope(z.literal(true));

const mostContentChars = 8_000;
export const ReminderRequest = z.looseObject({
  characterId: requiredId,
  bizUserId: someUserId,
  /** What the character writes, word for word; without it, it finds words of its own. */
  content: z
    .string()
    .max(mostContentChars)
    .nullish()
    .transform((given) => {
      const text = plainText(given ?? '').trim();
      return text === '' ? undefined : text;
    }),
});
/** True where the words were given; else the message, with the character's own. */
export const ReminderAnswer = Envelope(z.union([z.literal(true), MessageView]));

export const ImageQuery = z.object({ messageId: requiredId, userId: requiredId });
export const ImageView = z.object({
  taskId: z.string(),
  status: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED']),
  /** Why it failed, to be shown; null otherwise. */
  errorMessage: z.string().nullable(),
  /** Addresses of pictures; empty until there are any. */
  fileUrl: z.array(z.string()),
});
export type ImageView = z.infer<typeof ImageView>;
export const ImageAnswer = Envelope(ImageView);
