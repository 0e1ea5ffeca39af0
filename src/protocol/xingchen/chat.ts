import * as z from 'zod';
import { PlatformPlugins } from './character.ts';
import { Envelope } from './envelope.ts';
import { someUserId } from './user-id.ts';

/* `POST /v2/api/chat/send`. Objects are loose: clients send more than is obeyed here. Null means "not sent". */
const text = (mostChars: number) => z.string().max(mostChars).nullish();
const flag = z.boolean().nullish();
const messageChars = 20_000;

const ApiCall = z.looseObject({
  apiName: z.string().min(1).max(128),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});
/** What the character wants its application to do. */
const FunctionCall = z.looseObject({
  thought: text(messageChars),
  apiCallList: z.array(ApiCall).max(32).nullish(),
});

/** `function` (or `tool`) brings what a function has returned, under its `name`. */
const Message = z.looseObject({
  name: text(256),
  role: z.enum(['user', 'assistant', 'system', 'function', 'tool']),
  content: text(messageChars),
  functionCall: FunctionCall.nullish(),
});
export type Message = z.infer<typeof Message>;

/** A character of the server by its id, or one that is described here and there for this answer only. */
const BotProfile = z
  .looseObject({
    characterId: text(200),
    name: z.string().trim().min(1).max(200).nullish(),
    content: text(60_000),
    traits: text(8_000),
    type: text(64),
  })
  .refine(({ characterId, name, content }) => characterId || (name && content), {
    error: 'must have characterId, or name and content',
  });

const UserProfile = z.looseObject({
  userId: someUserId,
  userName: text(256),
  basicInfo: text(messageChars),
});

const Context = z.looseObject({
  /** Whether the history is the server's (the usual) or what stands in `messages`. */
  useChatHistory: flag,
  isRegenerate: flag,
  /** Which question is answered anew; needed with the server's history. */
  queryId: text(64),
  /** Which of several answers the conversation goes on from: the newest is the one that is kept. */
  answerId: text(64),
  resultCount: z.literal(1, { error: 'must be 1: one answer is made for each request' }).nullish(),
});

const Function = z.looseObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, {
    error: 'must be 1 to 64 letters, digits, dots, dashes or underscores',
  }),
  description: text(4_000),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});
const FunctionChoice = z.looseObject({
  type: z.enum(['none', 'auto', 'specific']),
  /** With `specific`: the first one is called. */
  names: z.array(z.string().max(64)).max(50).nullish(),
});

/** What the application remembers by itself: notes, and messages word for word. */
const Memory = z.looseObject({
  summaries: z.array(z.string().max(messageChars)).max(100).nullish(),
  originals: z.array(Message).max(200).nullish(),
});

const Aca = z.looseObject({
  botProfile: BotProfile,
  userProfile: UserProfile.nullish(),
  scenario: z.looseObject({ description: text(messageChars), isRealTime: flag }).nullish(),
  sampleMessages: z.array(Message).max(100).nullish(),
  context: Context.nullish(),
  functionList: z.array(Function).max(50).nullish(),
  functionChoice: FunctionChoice.nullish(),
  /** None runs here, and an application that counts on one learns of it. */
  pluginList: z
    .array(z.unknown())
    .refine((plugins) => plugins.length === 0, {
      error:
        'must be empty: no plugin runs by its name here. Functions belong in functionList, pictures and reject rules in platformPlugins',
    })
    .nullish(),
  platformPlugins: PlatformPlugins.nullish(),
  memory: Memory.nullish(),
});

const Parameters = z.looseObject({
  modelName: text(200),
  topP: z.number().min(0).max(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  seed: z.int().min(0).nullish(),
  /** In tokens. */
  maxLength: z.int().min(1).max(16_384).nullish(),
  /** Of a stream: pieces (true), or all that was said so far (false, the usual). */
  incrementalOutput: flag,
});

export const ChatSend = z.looseObject({
  model: text(200),
  input: z.looseObject({ messages: z.array(Message).max(2_000).nullish(), aca: Aca }),
  parameters: Parameters.nullish(),
});
export type ChatSend = z.infer<typeof ChatSend>;

const SaidMessage = z.object({
  role: z.literal('assistant'),
  content: z.string(),
  /** Absent while a stream goes on. */
  finishReason: z.string().optional(),
  functionCall: z
    .object({
      thought: z.string(),
      apiCallList: z.array(
        z.object({ apiName: z.string(), parameters: z.record(z.string(), z.unknown()) }),
      ),
    })
    .optional(),
});

/** The data of an answer; each event of a stream is one without an envelope. */
export const ChatResult = z.object({
  requestId: z.string(),
  choices: z.array(z.object({ messages: z.array(SaidMessage), stopReason: z.string().optional() })),
  /** Absent while a stream goes on. */
  usage: z.object({ outputTokens: z.int(), inputTokens: z.int(), userTokens: z.int() }).optional(),
  context: z.object({
    chatRoomId: z.int(),
    /** The `character_session_id` under which this goes on by voice. */
    sessionId: z.string(),
    chatId: z.string(),
    /** Of the answer; `answerId` is the same. */
    messageId: z.string(),
    answerId: z.string(),
    /** Of the question; `replyMessageId` is the same. */
    queryId: z.string(),
    replyMessageId: z.string(),
    enableDataInspection: z.boolean(),
    isSave: z.boolean(),
    requestId: z.string(),
    /** Of the model's answer: all events of one have the same, and no other answer has. */
    modelRequestId: z.string(),
    origin: z.string(),
    ext: z.string(),
  }),
  stop: z.boolean(),
});
export type ChatResult = z.infer<typeof ChatResult>;

export const ChatAnswer = Envelope(ChatResult);
