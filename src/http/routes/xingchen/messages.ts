import { Router, type RequestHandler } from 'express';
import type * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import { conversationId } from '../../../chats/conversation-id.ts';
import type { MessageFilter, MessageLog } from '../../../chats/message-log.ts';
import type { Ratings } from '../../../chats/ratings.ts';
import { turnOfMessage, uuidOf } from '../../../protocol/xingchen/ids.ts';
import { HistoryQuery, RatingRequest } from '../../../protocol/xingchen/messages.ts';
import { offsetOf } from '../../../protocol/xingchen/paging.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { ok } from './envelope.ts';
import { messageView } from './message-wire.ts';

export type MessagesDeps = {
  characters: Pick<Characters, 'get'>;
  log: MessageLog;
  ratings: Ratings;
  speakers: Pick<Speakers, 'find'>;
};

/** 对话历史: 对话历史查询, 对话历史评价. @param guards key, rate and body */
export function messageRoutes(deps: MessagesDeps, guards: RequestHandler[]): Router {
  const router = Router();

  router.post('/chat/message/histories', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const query = parseBody(HistoryQuery, req);
    const { pageNum, pageSize, orderBy } = query;
    const offset = offsetOf(query);
    const filter = await filterOf(workspaceId, query.where, deps);
    const { messages, total } = filter
      ? await deps.log.page(workspaceId, filter, {
          ...{ limit: pageSize, offset, newestFirst: orderBy[0]?.descending ?? true },
        })
      : { messages: [], total: 0 };
    const list = messages.map(messageView);
    res.json(ok(req, { list, page: pageNum, pageSize, total, pageOffsetValue: offset }));
  });

  router.post('/chat/rating', ...guards, async (req, res) => {
    const { messageId, rating } = parseBody(RatingRequest, req);
    await deps.ratings.put(callerOf(req).workspaceId, turnOfMessage(messageId), rating);
    res.json(ok(req, true));
  });
  return router;
}

/** All ids under which an application's user is known. */
export async function idsOfUser(
  workspaceId: string,
  given: string,
  speakers: Pick<Speakers, 'find'>,
): Promise<string[]> {
  const speaker = await speakers.find(workspaceId, given);
  const ids = [given, speaker?.id, speaker?.deviceId ?? undefined];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** @returns undefined when what is asked for can be nowhere */
async function filterOf(
  workspaceId: string,
  where: z.output<typeof HistoryQuery>['where'],
  { characters, speakers }: MessagesDeps,
): Promise<MessageFilter | undefined> {
  const { characterId, bizUserId, sessionId, startTime, endTime, messageIds } = where ?? {};
  // What was said once is there to be read, whether or not its character is still open to this workspace.
  const ofCharacter =
    characterId === undefined
      ? undefined
      : (uuidOf(characterId) ?? (await characters.get(workspaceId, characterId))?.id);
  if (characterId !== undefined && ofCharacter === undefined) return undefined;
  const ofConversation =
    sessionId === undefined
      ? undefined
      : (uuidOf(sessionId) ?? (ofCharacter && conversationId(workspaceId, ofCharacter, sessionId)));
  if (sessionId !== undefined && ofConversation === undefined) return undefined;
  return {
    characterId: ofCharacter,
    conversationId: ofConversation,
    userIds:
      bizUserId === undefined ? undefined : await idsOfUser(workspaceId, bizUserId, speakers),
    from: startTime ?? undefined,
    to: endTime ?? undefined,
    messages: messageIds?.flatMap((messageId) => turnOfMessage(messageId) ?? []),
  };
}
