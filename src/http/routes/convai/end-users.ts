import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { SpeakerNotFound } from '../../../speakers/speakers.ts';
import type { EndUser, EndUserRange } from '../../../speakers/end-users.ts';
import { freeJson, laxInt, orDefault, orNull, textOrNull } from '../../../protocol/lax.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { MethodNotAllowed, NotFound } from '../../refusals.ts';

/*
 * The users of a client's application. Source: Convai docs, convai-unity-sdk/features/long-term-memory
 * (end-user-management.md, long-term-memory-scripting-reference.md); paths and request fields are the Unity SDK's own
 * (EndUsersService.cs).
 */
export type EndUsersDeps = {
  endUsers: {
    get(workspaceId: string, given: string): Promise<EndUser | undefined>;
    page(
      workspaceId: string,
      range: EndUserRange,
    ): Promise<{ endUsers: EndUser[]; total: number; next: string | null }>;
    patch(
      workspaceId: string,
      given: string,
      metadata: Record<string, unknown>,
    ): Promise<EndUser | undefined>;
  };
  memories: { lastLearned(workspaceId: string, personIds: string[]): Promise<Map<string, Date>> };
  /** @throws {SpeakerNotFound} */
  speakers: { delete(workspaceId: string, id: string): Promise<void> };
};

const endUserId = z.string().trim().min(1).max(256);
const instant = orNull(
  z.iso
    .datetime({ offset: true })
    .or(z.iso.date())
    .transform((text) => new Date(text)),
);

export const NameEndUser = z.object({ end_user_id: endUserId });
export const ListEndUsers = z.object({
  limit: orDefault(laxInt(1, 1_000), 50),
  cursor: textOrNull(512),
  active_after: instant,
  active_before: instant,
});
export const UpdateEndUser = NameEndUser.extend({ end_user_metadata: freeJson(16_384) });

export const EndUserDetails = z.object({
  end_user_id: z.string(),
  last_active_ts: z.string(),
  last_ltm_usage_ts: z.string().nullable(),
  end_user_metadata: z.record(z.string(), z.unknown()),
});
type EndUserDetails = z.infer<typeof EndUserDetails>;
export const UpdatedEndUser = EndUserDetails.extend({ message: z.string() });
export const EndUserList = z.object({
  end_users: z.array(EndUserDetails),
  total_count: z.int(),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
});
export const DeletedEndUser = z.object({
  message: z.string(),
  end_user_id: z.string(),
  deleted: z.boolean(),
});

/** @param guards what a request passes first: its key, its rate, its body */
export function endUserRoutes(deps: EndUsersDeps, guards: RequestHandler[]): Router {
  const { endUsers, memories, speakers } = deps;
  const router = Router();
  const details = async (workspaceId: string, users: EndUser[]): Promise<EndUserDetails[]> => {
    const learned = await memories.lastLearned(
      workspaceId,
      users.map(({ id }) => id),
    );
    return users.map((user) => ({
      end_user_id: user.endUserId,
      last_active_ts: user.lastActiveAt.toISOString(),
      last_ltm_usage_ts: learned.get(user.id)?.toISOString() ?? null,
      end_user_metadata: user.metadata,
    }));
  };
  const one = async (workspaceId: string, user: EndUser | undefined) => {
    const [found] = user ? await details(workspaceId, [user]) : [];
    if (!found) throw new NotFound('There is no such end user.');
    return found;
  };

  router.post('/user/end-users/get', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { end_user_id: given } = parseBody(NameEndUser, req);
    res.json(await one(workspaceId, await endUsers.get(workspaceId, given)));
  });

  router.post('/user/end-users/list', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const body = parseBody(ListEndUsers, req);
    const { limit, cursor, active_after: activeAfter, active_before: activeBefore } = body;
    const range = { limit, cursor, activeAfter, activeBefore };
    const { endUsers: page, total, next } = await endUsers.page(workspaceId, range);
    const answer: z.infer<typeof EndUserList> = {
      end_users: await details(workspaceId, page),
      total_count: total,
      next_cursor: next,
      has_more: next !== null,
    };
    res.json(answer);
  });

  router.post('/user/end-users/update', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { end_user_id: given, end_user_metadata: patch } = parseBody(UpdateEndUser, req);
    const user = await one(workspaceId, await endUsers.patch(workspaceId, given, patch));
    const answer: z.infer<typeof UpdatedEndUser> = { message: 'End user updated.', ...user };
    res.json(answer);
  });

  router.post('/user/end-users/delete', ...guards, async (req, res) => {
    const { end_user_id: given } = parseBody(NameEndUser, req);
    const deleted = await wasThere(() => speakers.delete(callerOf(req).workspaceId, given));
    const answer: z.infer<typeof DeletedEndUser> = {
      message: deleted ? 'End user deleted.' : 'There is no such end user.',
      end_user_id: given,
      deleted,
    };
    res.json(answer);
  });

  router.all(/^\/user\/end-users\/(get|list|update|delete)$/, (_req, res) => {
    res.setHeader('Allow', 'POST, OPTIONS');
    throw new MethodNotAllowed();
  });
  return router;
}

async function wasThere(remove: () => Promise<void>): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (cause) {
    if (cause instanceof SpeakerNotFound) return false;
    throw cause;
  }
}
