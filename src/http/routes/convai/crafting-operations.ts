import * as z from 'zod';
import {
  CloneCharacter,
  ConvaiCharacter,
  CreateCharacter,
  FindCharacter,
  NameCharacter,
  UpdateCharacter,
} from '../../../protocol/convai-character.ts';
import { GetResponse, Responded } from '../../../protocol/get-response.ts';
import type { Operation } from '../../operation.ts';
import { BackstoryRequest } from './backstory.ts';
import {
  DeleteSessions,
  Interactions,
  ListSessions,
  SessionDetails,
  SessionList,
} from './chat-history.ts';
import { NameModel, RegisterModel, UpdateModel } from './models.ts';
import { LanguageList, SpeechRequest, VoiceList } from './speech.ts';

const CharId = z.object({ charID: z.string() });
const Success = z.object({ STATUS: z.literal('SUCCESS') });
const ApiError = z.object({ API_ERROR: z.string() });
const PlainError = z.looseObject({ ERROR: z.string() });
const CreateError = z.union([
  z.object({ INTERNAL_ERROR: z.string(), REASON: z.string() }),
  // A body that cannot be read at all has no field to name.
  PlainError,
]);
const ModelAnswer = z.looseObject({
  status: z.literal('success'),
  message: z.string().optional(),
  transactionID: z.string(),
});
const ModelError = z.object({
  status: z.literal('error'),
  message: z.string(),
  transactionID: z.string(),
});
const Models = z.object({
  models: z.array(
    z.object({
      model_group_name: z.string(),
      display_name: z.string(),
      reasoning: z
        .object({
          levels: z.array(z.string()),
          supports_auto: z.boolean(),
          default: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

type Answers = Operation['responses'];
type Page = { tag: string; unauthorized: z.ZodType; refused: z.ZodType };
const characters: Page = { tag: 'Characters', unauthorized: ApiError, refused: PlainError };
const history: Page = { tag: 'Chat history', unauthorized: PlainError, refused: PlainError };
const models: Page = { tag: 'Custom models', unauthorized: ModelError, refused: ModelError };
const speech: Page = { tag: 'Speech', unauthorized: ApiError, refused: PlainError };

function operation(
  page: Page,
  [method, path, summary]: [Operation['method'], string, string],
  request: z.ZodType | undefined,
  answers: Answers,
): Operation {
  return {
    method,
    path,
    tag: page.tag,
    summary,
    needsKey: true,
    ...(request && { request }),
    responses: {
      400: { description: 'A field is missing or not valid.', schema: page.refused },
      401: { description: 'The API key is missing or wrong.', schema: page.unauthorized },
      413: { description: 'The body is too large.', schema: page.refused },
      415: { description: 'The body is neither JSON nor a form.', schema: page.refused },
      429: { description: 'Too many requests; see Retry-After.', schema: page.refused },
      ...answers,
    },
  };
}

const ok = (description: string, schema?: z.ZodType): Answers => ({
  200: { description, ...(schema && { schema }) },
});
const changed: Answers = {
  412: { description: 'Somebody else changed the character first.', schema: PlainError },
};

export const craftingOperations: Operation[] = [
  operation(
    characters,
    ['post', '/character/create', 'Makes a character. Every field that is listed can be sent.'],
    CreateCharacter,
    {
      201: { description: 'The character; its version in ETag.', schema: CharId },
      400: { description: 'A field is missing or not valid.', schema: CreateError },
    },
  ),
  operation(
    characters,
    [
      'post',
      '/character/update',
      'Changes what is sent; If-Match or version refuses to overwrite.',
    ],
    UpdateCharacter,
    { ...ok('Changed; the new version in ETag.', Success), ...changed },
  ),
  operation(
    characters,
    ['post', '/character/get', 'A character by its id, its number or its name.'],
    FindCharacter,
    ok('The character; its version in ETag.', ConvaiCharacter),
  ),
  operation(
    characters,
    ['post', '/character/list', "The workspace's characters, oldest first, without backstories."],
    undefined,
    ok('At most 1,000.', z.object({ characters: z.array(ConvaiCharacter) })),
  ),
  operation(
    characters,
    ['post', '/user/clone_character', 'A second character with everything of the first.'],
    CloneCharacter,
    ok('The copy.', CharId),
  ),
  operation(
    characters,
    ['post', '/character/delete', 'Deletes a character and all its conversations.'],
    NameCharacter,
    ok('Deleted.', Success),
  ),
  operation(
    characters,
    ['post', '/character/getSupportedModel', 'Models that characters can have here.'],
    undefined,
    ok('The configured one and those registered.', Models),
  ),
  operation(
    { ...characters, unauthorized: PlainError },
    ['post', '/character/generate-backstory', 'Writes a backstory; a form works as well as JSON.'],
    BackstoryRequest,
    {
      ...ok('text/event-stream: one event a piece; their data put together are the text.'),
      502: { description: 'The model did not answer.', schema: PlainError },
    },
  ),
  operation(
    characters,
    ['post', '/character/getResponse', 'A question, written or as a WAV, and its answer.'],
    GetResponse,
    {
      ...ok('What the character says, and what it does of what it may.', Responded),
      404: {
        description: 'There is no such character, or it gave no answer.',
        schema: z.union([z.object({ charID: z.string(), text: z.string() }), PlainError]),
      },
      409: { description: 'The conversation waits for another answer.', schema: PlainError },
    },
  ),
  operation(
    history,
    ['post', '/character/chatHistory/list', 'Conversations with a character, newest first.'],
    ListSessions,
    ok('The conversations.', SessionList),
  ),
  operation(
    history,
    ['post', '/character/chatHistory/details', 'What was said in a conversation.'],
    SessionDetails,
    ok('Its turns, oldest first.', Interactions),
  ),
  operation(
    history,
    ['post', '/character/chatHistory/delete', 'Deletes conversations for good.'],
    DeleteSessions,
    ok('Deleted.', z.object({ status: z.literal('SUCCESSFULLY DELETED') })),
  ),
  operation(
    models,
    ['post', '/llm-models/register', 'Registers an OpenAI-shaped endpoint for characters.'],
    RegisterModel,
    {
      ...ok('Registered.', ModelAnswer),
      409: { description: 'The group or display name exists.', schema: ModelError },
    },
  ),
  operation(models, ['post', '/llm-models/update', 'Changes a registered model.'], UpdateModel, {
    ...ok('Changed.', ModelAnswer),
    404: { description: 'There is no such model.', schema: ModelError },
    409: { description: 'The display name exists.', schema: ModelError },
  }),
  operation(
    models,
    ['post', '/llm-models/deregister', 'Forgets a registered model and its key.'],
    NameModel,
    {
      ...ok('Forgotten.', ModelAnswer),
      404: { description: 'There is no such model.', schema: ModelError },
    },
  ),
  operation(
    models,
    ['post', '/llm-models/list', 'Registered models, without their keys.'],
    undefined,
    ok('The models.', ModelAnswer),
  ),
  operation(speech, ['post', '/tts', 'Speaks a text in a voice.'], SpeechRequest, {
    ...ok('audio/wav: mono, 24 kHz, 16 bit.'),
    502: { description: 'The synthesiser did not answer.', schema: PlainError },
  }),
  operation(
    speech,
    ['get', '/tts/get_available_voices', 'Voices of the configured synthesiser.'],
    undefined,
    ok('By section.', VoiceList),
  ),
  operation(
    speech,
    [
      'get',
      '/stream',
      'As a WebSocket: streaming transcription. As a GET: whether the key is good.',
    ],
    undefined,
    ok('The key is good.', z.object({ status: z.literal('ok') })),
  ),
  operation(speech, ['get', '/tts/sample', 'How a voice sounds (?voice=name).'], undefined, {
    ...ok('audio/wav'),
    502: { description: 'The synthesiser did not answer.', schema: PlainError },
  }),
  operation(
    speech,
    ['get', '/tts/get_available_languages', 'Languages that characters can have.'],
    undefined,
    ok('One object each.', LanguageList),
  ),
];
