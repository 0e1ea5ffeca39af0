import { Router, type Request, type RequestHandler } from 'express';
import type * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { AppChat } from '../../../minds/app-chat.ts';
import type { Voices } from '../../../minds/voices.ts';
import { ChatRequest, IdempotencyKey, type HistoryView } from '../../../protocol/ai-chat.ts';
import { jsonBody, parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { CharacterNotFound } from '../../refusals.ts';
import { ok } from './envelope.ts';
import { userOf } from './user-token.ts';

export type ChatDeps = { characters: Characters; chat: AppChat; voices: Pick<Voices, 'forget'> };

class KeyUnfit extends PublicError {
  constructor() {
    super(
      400,
      'invalid_idempotency_key',
      'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.',
    );
  }
}

/** The conversation goes on by voice when `/connect` is sent this as `character_session_id`. */
const sessionHeader = 'X-Character-Session-Id';

/** 创建对话, 查询对话历史, 清空对话历史. @param guards what a request passes first: its token, its rate */
export function chatRoutes(
  { characters, chat, voices }: ChatDeps,
  guards: RequestHandler[],
): Router {
  const router = Router();
  const find = async (req: Request, ref: string | number) => {
    const user = userOf(req);
    const character = await characters.get(user.workspaceId, ref);
    if (!character) throw new CharacterNotFound();
    return { user, character };
  };

  router.post('/chat', ...guards, ...jsonBody(), async (req, res) => {
    const { characterId, content } = parseBody(ChatRequest, req);
    const key = IdempotencyKey.optional().safeParse(req.get('idempotency-key'));
    if (!key.success) throw new KeyUnfit();
    const { user, character } = await find(req, characterId);
    res.setHeader(sessionHeader, chat.conversationOf(user, character));
    res.json(ok(await chat.say(user, character, content, key.data, leavingOf(res))));
  });

  router.get('/chat/:id', ...guards, async (req, res) => {
    const { user, character } = await find(req, String(req.params['id']));
    const messages = await chat.history(user, character);
    const data: z.infer<typeof HistoryView> = {
      histories: messages.map(({ id, role, content, at }) => ({
        ...{ id, role, content },
        created: Math.floor(at.getTime() / 1000),
      })),
    };
    res.setHeader(sessionHeader, chat.conversationOf(user, character));
    res.json(ok(data));
  });

  router.delete('/chat/:id', ...guards, async (req, res) => {
    const { user, character } = await find(req, String(req.params['id']));
    await voices.forget(await chat.clear(user, character));
    res.json(ok({}));
  });
  return router;
}
