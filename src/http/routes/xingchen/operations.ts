import type * as z from 'zod';
import {
  CreateCharacter,
  CreatedAnswer,
  DetailsAnswer,
  DetailsQuery,
  DoneAnswer,
  NameCharacter,
  SearchAnswer,
  SearchCharacters,
  UpdateCharacter,
} from '../../../protocol/xingchen/character.ts';
import { ChatAnswer, ChatSend } from '../../../protocol/xingchen/chat.ts';
import { Refusal } from '../../../protocol/xingchen/envelope.ts';
import type { Operation } from '../../operation.ts';

type Answers = Operation['responses'];

const refusal = (description: string) => ({ description, schema: Refusal });
const common: Answers = {
  401: refusal('The API key is missing, unknown or revoked.'),
  429: refusal('Too many requests; see Retry-After.'),
};
export const noCharacter: Answers = {
  404: refusal('There is no such character, or something that is named with it.'),
};
const withBody: Answers = {
  400: refusal('The request could not be read.'),
  413: refusal('The body is too large.'),
  415: refusal('The body is not JSON in UTF-8.'),
  422: refusal('The body is not valid.'),
};

export function xingchenOperation(
  method: 'get' | 'post',
  path: string,
  summary: string,
  answer: z.ZodType,
  more: Pick<Operation, 'request' | 'parameters'> & { responses?: Answers },
): Operation {
  const { responses, ...rest } = more;
  return {
    ...{ tag: 'Xingchen', needsKey: true, method, path: `/v2/api${path}`, summary },
    responses: {
      200: { description: 'OK', schema: answer },
      ...(rest.request && withBody),
      ...common,
      ...responses,
    },
    ...rest,
  };
}

export const xingchenOperations: Operation[] = [
  xingchenOperation(
    'post',
    '/chat/send',
    'A character answers. `X-AcA-SSE: enable` streams it: events with the data of this answer, without the envelope.',
    ChatAnswer,
    {
      request: ChatSend,
      responses: {
        ...noCharacter,
        400: refusal('The request could not be read, or what was said is not answered.'),
        409: refusal('An answer is on its way, or the conversation was deleted meanwhile.'),
        502: refusal('The language model did not answer, or had nothing to say.'),
        504: refusal('The language model took too long.'),
      },
    },
  ),
  xingchenOperation('post', '/character/create', 'Makes a character.', CreatedAnswer, {
    request: CreateCharacter,
    responses: { ...noCharacter, 409: refusal('The workspace holds no more characters.') },
  }),
  xingchenOperation(
    'post',
    '/character/update',
    'Changes what is given of a character.',
    DoneAnswer,
    { request: UpdateCharacter, responses: noCharacter },
  ),
  xingchenOperation('get', '/character/details', 'One character.', DetailsAnswer, {
    parameters: { query: DetailsQuery },
    responses: { ...noCharacter, 422: refusal('characterId is missing or empty.') },
  }),
  xingchenOperation('post', '/character/search', 'Characters, page by page.', SearchAnswer, {
    request: SearchCharacters,
  }),
  xingchenOperation(
    'post',
    '/character/delete',
    'Deletes a character with its conversations.',
    DoneAnswer,
    { request: NameCharacter, responses: noCharacter },
  ),
];
