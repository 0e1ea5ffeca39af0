import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Answering } from '../../../minds/xingchen-chat.ts';
import type { TextAnswer } from '../../../minds/text-request.ts';
import { estimateTokens } from '../../../prompt/tokens.ts';
import type { ChatResult } from '../../../protocol/xingchen/chat.ts';
import { exchangeIds, wireId } from '../../../protocol/xingchen/ids.ts';

type Context = ChatResult['context'];

/** What all results of one answer have. @param isInspected whether inspection was asked for, and can be made */
export function contextOfAnswer(
  { turnId, conversationId }: Pick<Answering, 'turnId' | 'conversationId'>,
  { requestId, isInspected }: { requestId: string; isInspected: boolean },
): Context {
  const { messageId, queryId, chatId } = exchangeIds(turnId);
  return {
    chatRoomId: numberOf(conversationId ?? turnId),
    sessionId: conversationId === null ? '' : wireId(conversationId),
    ...{ chatId, messageId, answerId: messageId, queryId, replyMessageId: queryId },
    enableDataInspection: isInspected,
    isSave: conversationId !== null,
    requestId,
    modelRequestId: randomUUID(),
    origin: 'pass_v2',
    ext: 'chat',
  };
}

/** While a stream goes on. @param content the piece, or all so far */
export function resultSoFar(content: string, context: Context): ChatResult {
  const messages: ChatResult['choices'][0]['messages'] = [{ role: 'assistant', content }];
  return { requestId: context.requestId, choices: [{ messages }], context, stop: false };
}

/** @param content what of the words is not told yet, or all of them @param words what was answered */
export function wholeResult(
  content: string,
  answer: TextAnswer,
  words: string,
  context: Context,
): ChatResult {
  const { turn, calls, position } = answer;
  const finishReason = finishReasons[answer.finishReason] ?? answer.finishReason;
  const functionCall = {
    thought: turn.assistantText,
    apiCallList: calls.map(({ name, json }) => ({ apiName: name, parameters: objectIn(json) })),
  };
  const message: ChatResult['choices'][0]['messages'][0] = {
    role: 'assistant',
    content,
    finishReason,
    ...(calls.length > 0 && { functionCall }),
  };
  return {
    requestId: context.requestId,
    choices: [{ messages: [message], stopReason: finishReason }],
    usage: {
      outputTokens: turn.usage?.llmCompletionTokens ?? 0,
      inputTokens: turn.usage?.llmPromptTokens ?? 0,
      userTokens: tokensOf(words),
    },
    // Whoever is called first has said nothing yet.
    context: { ...context, isSave: position !== null },
    stop: true,
  };
}

/** Of what the model says, what this API has words of its own for. */
const finishReasons: Partial<Record<string, string>> = {
  tool_calls: 'function_call',
  function_call: 'function_call',
};

const ObjectIn = z
  .string()
  .transform((json): unknown => JSON.parse(json === '' ? '{}' : json))
  .pipe(z.record(z.string(), z.unknown()));

/** Models may write anything for arguments. */
function objectIn(json: string): Record<string, unknown> {
  try {
    return ObjectIn.parse(json);
  } catch {
    return {};
  }
}

/** Of the words alone: the estimate counts a message around them. */
const tokensOf = (words: string) => (words === '' ? 0 : estimateTokens(words) - estimateTokens(''));

/** A number for clients that want one: of the id's first 31 bits. */
const numberOf = (id: string) => parseInt(wireId(id).slice(0, 8), 16) >>> 1;
