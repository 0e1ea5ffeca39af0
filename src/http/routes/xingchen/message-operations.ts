import * as z from 'zod';
import {
  HistoryAnswer,
  HistoryQuery,
  ImageAnswer,
  ImageQuery,
  RatingAnswer,
  RatingRequest,
  ReminderAnswer,
  ReminderRequest,
} from '../../../protocol/xingchen/messages.ts';
import { Refusal } from '../../../protocol/xingchen/envelope.ts';
import type { Operation } from '../../operation.ts';
import { noCharacter, xingchenOperation } from './operations.ts';

const refusal = (description: string) => ({ description, schema: Refusal });
const noMessage = { 404: refusal('There is no such message of this workspace, or of this user.') };

export const messageOperations: Operation[] = [
  xingchenOperation(
    'post',
    '/chat/message/histories',
    'What was said with characters, in writing and by voice, page by page.',
    HistoryAnswer,
    { request: HistoryQuery },
  ),
  xingchenOperation('post', '/chat/rating', 'Rates an answer.', RatingAnswer, {
    request: RatingRequest,
    responses: noMessage,
  }),
  xingchenOperation(
    'post',
    '/chat/reminder',
    'A character writes first: what is given, or, without `content`, words of its own.',
    ReminderAnswer,
    {
      request: ReminderRequest,
      responses: {
        ...noCharacter,
        409: refusal('An answer is on its way, or the conversation was deleted meanwhile.'),
      },
    },
  ),
  xingchenOperation(
    'get',
    '/chat/polling/image',
    'The picture that goes with an answer, as far as it is.',
    ImageAnswer,
    {
      parameters: { query: ImageQuery },
      responses: {
        404: refusal('There is no such message of this user, or no picture goes with it.'),
        422: refusal('messageId or userId is missing or empty.'),
        503: refusal('No images endpoint is configured.'),
      },
    },
  ),
  {
    ...{ tag: 'Xingchen', needsKey: false, method: 'get', path: '/v2/api/chat/image/{id}' },
    summary: 'A picture that is kept here, by an address that only `polling/image` tells.',
    parameters: { path: z.object({ id: z.string() }) },
    responses: {
      200: { description: 'The picture: PNG, JPEG, WebP or GIF.', contentType: 'image/png' },
      404: refusal('There is no such picture, or not any more.'),
      429: refusal('Too many requests, or too many guesses; see Retry-After.'),
    },
  },
];
