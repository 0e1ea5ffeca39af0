import * as z from 'zod';
import {
  Answer,
  CharacterListView,
  CharacterView,
  ChatRequest,
  Envelope,
  HistoryView,
  IssuedUser,
  NewUser,
  Nothing,
  Refusal,
  RepeatHeaders,
  Revoked,
  sessionHeader,
  SkillListView,
  SkillRequest,
  SoundHeaders,
  VoiceQuery,
} from '../../../protocol/ai-chat.ts';
import type { Operation } from '../../operation.ts';

type Answers = Operation['responses'];

const refusal = (description: string) => ({ description, schema: Refusal });
const common: Answers = {
  401: refusal('The token, or the key, is missing, unknown, expired or revoked.'),
  429: refusal('Too many requests; see Retry-After.'),
};
const notFound: Answers = { 404: refusal('There is no such character, user or answer.') };
const withBody: Answers = {
  400: refusal('The request could not be read, or moderation refuses its words.'),
  413: refusal('The body is too large.'),
  415: refusal('The body is not JSON in UTF-8.'),
  422: refusal('The body is not valid.'),
};
const withModel: Answers = {
  409: refusal('An answer is on its way, or the conversation was deleted meanwhile.'),
  502: refusal('The language model did not answer, or had nothing to say.'),
  504: refusal('The language model took too long.'),
};
const success = (schema: z.ZodType): Answers => ({
  200: { description: 'OK', schema: Envelope(schema) },
});
const withSession = (schema: z.ZodType): Answers => ({
  200: {
    description: 'OK',
    schema: Envelope(schema),
    headers: { [sessionHeader]: 'The `character_session_id` under which it goes on by voice.' },
  },
});
const soundHeaders = { ETag: 'Of the whole sound; absent while it is made.' };
/** Of an app, or of its back end. */
const byUser = { letsIn: 'user' } as const;
const byEither = { letsIn: 'userOrKey' } as const;

const characterPath = {
  path: z.object({ id: z.string().meta({ description: 'Its number, or its id.' }) }),
};
const userPath = { path: z.object({ userId: z.string() }) };
const tokenPath = { path: z.object({ userId: z.string(), tokenId: z.string() }) };

function operation(
  method: Operation['method'],
  path: string,
  summary: string,
  responses: Answers,
  more: Pick<Operation, 'request' | 'parameters' | 'letsIn'> = {},
): Operation {
  const answers = { ...responses, ...common };
  return { tag: 'App chat', needsKey: true, method, path, summary, responses: answers, ...more };
}

const skill = (name: string, summary: string, answer: z.ZodType): Operation =>
  operation(
    'post',
    `/api/v1/skill/${name}`,
    summary,
    {
      200: { description: 'OK', schema: answer },
      ...notFound,
      ...withBody,
      ...withModel,
      503: refusal('The source is not configured, or does not answer.'),
    },
    { request: SkillRequest, parameters: { header: RepeatHeaders }, ...byUser },
  );

export const aiChatOperations: Operation[] = [
  operation(
    'get',
    '/api/v1/characters',
    'The gallery of characters.',
    success(CharacterListView),
    byEither,
  ),
  operation(
    'get',
    '/api/v1/character/{id}',
    'One character.',
    { ...success(CharacterView), ...notFound },
    { parameters: characterPath, ...byEither },
  ),
  operation(
    'get',
    '/api/v1/character/{id}/skill',
    'What a character can do besides talking.',
    { ...success(SkillListView), ...notFound },
    { parameters: characterPath, ...byEither },
  ),
  operation(
    'post',
    '/api/v1/chat',
    'Says something to a character and answers with its reply.',
    { ...withSession(Answer), ...notFound, ...withBody, ...withModel },
    { request: ChatRequest, parameters: { header: RepeatHeaders }, ...byUser },
  ),
  operation(
    'get',
    '/api/v1/chat/{id}',
    'What the user and the character said, oldest first.',
    { ...withSession(HistoryView), ...notFound },
    { parameters: characterPath, ...byUser },
  ),
  operation(
    'delete',
    '/api/v1/chat/{id}',
    'Forgets what the user and the character said.',
    { ...success(Nothing), ...notFound },
    { parameters: characterPath, ...byUser },
  ),
  operation(
    'get',
    '/api/v1/chat/voice',
    "An answer in its character's voice: a WAV, streamed while it is made, ranges served.",
    {
      200: { description: 'The sound.', contentType: 'audio/wav', headers: soundHeaders },
      206: {
        description: 'The bytes that Range asks for.',
        contentType: 'audio/wav',
        headers: { ...soundHeaders, 'Content-Range': 'Which bytes of how many.' },
      },
      304: { description: 'The sound is the one that If-None-Match names.', headers: soundHeaders },
      416: refusal('The sound has no such bytes.'),
      422: refusal('The id is missing or none, or the answer has no words to speak.'),
      502: refusal('The synthesiser did not answer.'),
      ...notFound,
    },
    { parameters: { query: VoiceQuery, header: SoundHeaders }, ...byUser },
  ),
  skill('guanxing', 'The character tells the weather.', Envelope(Answer)),
  skill('tuiyan', 'The character tells whom the user talked with last.', Envelope(Answer)),
  skill(
    'bagua',
    'The character tells the news; without the envelope, as its contract has it.',
    Answer,
  ),
  operation(
    'post',
    '/api/v1/users',
    "For an app's back end: a bearer token for one of its users.",
    {
      ...success(IssuedUser),
      ...withBody,
      409: refusal('The externalId is the userId of another user.'),
    },
    { request: NewUser },
  ),
  operation(
    'delete',
    '/api/v1/users/{userId}/tokens',
    'Revokes all tokens of a user.',
    { ...success(Revoked), ...notFound },
    { parameters: userPath },
  ),
  operation(
    'delete',
    '/api/v1/users/{userId}/tokens/{tokenId}',
    'Revokes one token.',
    { ...success(Revoked), ...notFound },
    { parameters: tokenPath },
  ),
  operation(
    'delete',
    '/api/v1/users/{userId}',
    'Removes a user and everything that is kept of them.',
    { ...success(Nothing), ...notFound },
    { parameters: userPath },
  ),
];
