import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { laxInt, orDefault } from '../../protocol/lax.ts';
import { Materials, type Material } from '../../protocol/material.ts';
import { TurnRecord, TurnStages, TurnUsage } from '../../protocol/turn-record.ts';
import { callerOf } from '../api-key.ts';
import type { Operation } from '../operation.ts';
import { problemsOf } from '../problems.ts';
import { InvalidRequest, NotFound } from '../refusals.ts';

type Turn = Omit<TurnRecord, 'usage' | 'material'> & {
  material: Material[];
  usage: TurnUsage | null;
  position: number;
  sessionId: string | null;
};

export interface TurnReader {
  /**
   * Turns of a conversation in their order, those after a position.
   * @returns undefined for an unknown conversation, a foreign one, or an id that is none
   */
  page(
    of: { workspaceId: string; conversationId: string },
    range: { after: number; limit: number },
  ): Promise<Turn[] | undefined>;
}

const mostTurns = 200;

const Query = z.object({
  /** The `next` of the page before. */
  after: orDefault(laxInt(0, Number.MAX_SAFE_INTEGER), 0),
  limit: orDefault(laxInt(1, mostTurns), 50),
});

const TurnView = z.object({
  turn_id: z.string(),
  /** The `session_id` that /connect answered with. */
  session_id: z.string().nullable(),
  origin: TurnRecord.shape.origin,
  status: TurnRecord.shape.status,
  /** Null when the character spoke unasked. */
  user_text: z.string().nullable(),
  /** What was heard of the answer, to the last word. */
  heard_text: z.string(),
  /** Milliseconds since the user's speech ended, or the text came; what did not happen is absent. */
  stages: TurnStages,
  /** What the model was given to answer from, of documents and memory. */
  material: Materials,
  /** Null while the turn is open. */
  usage: TurnUsage.nullable(),
  started_at: z.string(),
});
const Page = z.object({
  character_session_id: z.string(),
  turns: z.array(TurnView),
  /** Send it as `after` for the next page; null on the last one. */
  next: z.int().nullable(),
});

export const turnsOperation: Operation = {
  method: 'get',
  path: '/character-sessions/{character_session_id}/turns',
  tag: 'Live',
  summary: 'The turns of a conversation, oldest first, with where the time of each went.',
  needsKey: true,
  parameters: { path: z.object({ character_session_id: z.string() }), query: Query },
  responses: {
    200: { description: 'One page of turns.', schema: Page },
    401: { description: 'The API key is missing or wrong.' },
    404: { description: 'There is no such conversation in this workspace.' },
    422: { description: 'A parameter is not valid.' },
    429: { description: 'Too many requests; see Retry-After.' },
  },
};

/** @param guards what a request passes first: its key, its rate */
export function turnsRoute(turns: TurnReader, guards: RequestHandler[]): Router {
  const router = Router();
  router.get('/character-sessions/:conversationId/turns', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const query = Query.safeParse(req.query);
    if (!query.success) {
      const problems = problemsOf(query.error, req.query);
      throw new InvalidRequest(
        problems.map((problem) => ({ ...problem, loc: ['query', ...problem.loc.slice(1)] })),
      );
    }
    const { after, limit } = query.data;
    const conversationId = String(req.params['conversationId']);
    // One more than asked for tells whether there is another page.
    const found = await turns.page({ workspaceId, conversationId }, { after, limit: limit + 1 });
    if (!found) throw new NotFound('There is no such character session.');
    const shown = found.slice(0, limit);
    const page: z.infer<typeof Page> = {
      character_session_id: conversationId,
      turns: shown.map(view),
      next: found.length > limit ? (shown.at(-1)?.position ?? null) : null,
    };
    res.json(page);
  });
  return router;
}

function view(turn: Turn): z.infer<typeof TurnView> {
  return {
    turn_id: turn.id,
    session_id: turn.sessionId,
    origin: turn.origin,
    status: turn.status,
    user_text: turn.userText,
    heard_text: turn.assistantText,
    stages: turn.stages,
    material: turn.material,
    usage: turn.usage,
    started_at: turn.startedAt,
  };
}
