import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import type { ChatHistory, PastTurn } from '../../../chats/chat-history.ts';
import { laxInt } from '../../../protocol/lax.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { CraftingRefused, orRefuse } from './crafting-dialect.ts';

const charID = z.union([z.string().trim().min(1).max(200), z.int()]).transform(String);
const sessionId = z.string().trim().min(1).max(256);

export const ListSessions = z.object({ charID, limit: laxInt(-1, 1_000_000).nullish() });
export const SessionDetails = z.object({ charID, sessionID: sessionId });
export const DeleteSessions = z.object({
  charID,
  sessionIDs: z.array(sessionId).min(1).max(1_000),
});

export const SessionList = z.array(
  z.object({
    sessionID: z.string(),
    date: z.string(),
    time: z.string(),
    is_added_to_memory: z.boolean(),
  }),
);
const Said = z.object({ speaker: z.enum(['User', 'Character']), message: z.string() });
export const Interactions = z.array(
  z.object({
    timestamp: z.string(),
    interaction: z.array(Said),
    is_trigger_input: z.boolean(),
  }),
);

export type ChatHistoryDeps = { characters: Characters; history: ChatHistory };

const badRequest = { ERROR: 'The request could not be read.' };

/** chat-history-api.md and chat-history-delete-api.md. */
export function chatHistoryRoutes(deps: ChatHistoryDeps, guards: RequestHandler[]): Router {
  const { history } = deps;
  const router = Router();
  const read = async <S extends z.ZodType<{ charID: string }>>(schema: S, req: Request) => {
    const body = await orRefuse(badRequest, () =>
      Promise.resolve().then(() => parseBody(schema, req)),
    );
    const { workspaceId } = callerOf(req);
    const character = await deps.characters.get(workspaceId, body.charID);
    if (!character) throw refused('There is no such character.');
    return { body, of: { workspaceId, characterId: character.id } };
  };

  router.post('/character/chatHistory/list', ...guards, async (req, res) => {
    const { body, of } = await read(ListSessions, req);
    const limit = body.limit ?? -1;
    const sessions = await history.sessions(of, limit < 0 ? undefined : limit);
    const answer: z.infer<typeof SessionList> = sessions.map(({ id, createdAt, isRemembered }) => ({
      sessionID: id,
      ...dateAndTime(createdAt),
      is_added_to_memory: isRemembered,
    }));
    res.json(answer);
  });

  router.post('/character/chatHistory/details', ...guards, async (req, res) => {
    const { body, of } = await read(SessionDetails, req);
    const turns = await history.turns(of, body.sessionID);
    if (!turns) throw refused('There is no such session of this character.');
    res.json(turns.map(interactionOf));
  });

  router.post('/character/chatHistory/delete', ...guards, async (req, res) => {
    const { body, of } = await read(DeleteSessions, req);
    const deleted = await history.delete(of, body.sessionIDs);
    if (deleted === 0) throw refused('There is no such session of this character.');
    res.json({ status: 'SUCCESSFULLY DELETED' });
  });
  return router;
}

const refused = (ERROR: string) => new CraftingRefused(400, 'not_found', { ERROR });

function interactionOf(turn: PastTurn): z.infer<typeof Interactions>[number] {
  const { userText, assistantText, origin } = turn;
  return {
    timestamp: `${turn.startedAt.toISOString().slice(0, -1).replace('T', ' ')}000`,
    interaction: [
      ...(userText === null ? [] : [{ speaker: 'User' as const, message: userText }]),
      ...(assistantText === '' ? [] : [{ speaker: 'Character' as const, message: assistantText }]),
    ],
    is_trigger_input: origin === 'trigger',
  };
}

/** `25-09-2024` and `20:52:57`, in UTC. */
function dateAndTime(at: Date): { date: string; time: string } {
  const [date = '', time = ''] = at.toISOString().split('T');
  return { date: date.split('-').reverse().join('-'), time: time.slice(0, 8) };
}
