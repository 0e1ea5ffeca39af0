import { Router, type Request, type RequestHandler } from 'express';
import type * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import type { AppChat } from '../../../minds/app-chat.ts';
import { withOwnRules } from '../../../minds/declining.ts';
import { ChatRequest, sessionHeader, type HistoryView } from '../../../protocol/ai-chat.ts';
import { jsonBody, parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { ok } from './envelope.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { listedCharacter } from './listed-character.ts';
import { userOf } from './user-token.ts';

export type ChatDeps = { characters: Characters; chat: AppChat };

/** 创建对话, 查询对话历史, 清空对话历史. @param guards what a request passes first: its token, its rate */
export function chatRoutes({ characters, chat }: ChatDeps, guards: RequestHandler[]): Router {
  const router = Router();
  const find = async (req: Request, ref: string | number) => {
    const user = userOf(req);
    const record = await listedCharacter(characters, user.workspaceId, ref);
    return { user, character: withOwnRules(record) };
  };

  router.post('/chat', ...guards, ...jsonBody(), async (req, res) => {
    const signal = leavingOf(res);
    const { characterId, content } = parseBody(ChatRequest, req);
    const key = idempotencyKeyOf(req);
    const { user, character } = await find(req, characterId);
    res.setHeader(sessionHeader, await chat.open(user, character));
    res.json(ok(await chat.say(user, character, content, key, signal)));
  });

  router.get('/chat/:id', ...guards, async (req, res) => {
    const { user, character } = await find(req, String(req.params['id']));
    res.setHeader(sessionHeader, await chat.open(user, character));
    const messages = await chat.history(user, character);
    const data: z.infer<typeof HistoryView> = {
      histories: messages.map(({ id, role, content, at }) => ({
        ...{ id, role, content },
        created: Math.floor(at.getTime() / 1000),
      })),
    };
    res.json(ok(data));
  });

  router.delete('/chat/:id', ...guards, async (req, res) => {
    const { user, character } = await find(req, String(req.params['id']));
    await chat.clear(user, character);
    res.json(ok({}));
  });
  return router;
}
