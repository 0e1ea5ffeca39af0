import type { LoggedMessage } from '../../../chats/message-log.ts';
import { exchangeIds, wireId } from '../../../protocol/xingchen/ids.ts';
import type { MessageView } from '../../../protocol/xingchen/messages.ts';

/** A message as histories show it. */
export function messageView(message: LoggedMessage): MessageView {
  const { side, content, turnId, conversationId, character, user, rating, at } = message;
  const { messageId, queryId, chatId } = exchangeIds(turnId);
  const isAnswer = side === 'answer';
  return {
    messageId: isAnswer ? messageId : queryId,
    content,
    messageType: typeOf(message),
    messageIssuer: isAnswer
      ? {
          userId: wireId(character.id),
          bizUserId: null,
          userName: character.name,
          userType: 'character',
        }
      : { userId: user.id, bizUserId: user.givenId, userName: user.name, userType: 'user' },
    sessionId: wireId(conversationId),
    chatId,
    gmtCreate: at.toISOString(),
    isGreeting: isAnswer && message.origin === 'greeting',
    rating,
  };
}

function typeOf({ side, origin }: LoggedMessage): MessageView['messageType'] {
  if (side === 'question') return 'user';
  if (origin === 'greeting') return 'opening_remarks';
  return origin === 'trigger' ? 'sys_greetings' : 'character';
}
