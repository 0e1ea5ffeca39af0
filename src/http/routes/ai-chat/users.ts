import { Router, type RequestHandler } from 'express';
import type * as z from 'zod';
import { PublicError } from '../../../errors/public-error.ts';
import { NewUser, type IssuedUser, type Revoked } from '../../../protocol/ai-chat.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import type { Users } from '../../../users/users.ts';
import { callerOf } from '../../api-key.ts';
import { jsonBody, parseBody } from '../../json-body.ts';
import { ok } from './envelope.ts';

export type UserDeps = { speakers: Pick<Speakers, 'ensure' | 'find' | 'delete'>; users: Users };

class UserNotFound extends PublicError {
  constructor() {
    super(404, 'user_not_found', 'There is no such user in this workspace.');
  }
}

class TokenNotFound extends PublicError {
  constructor() {
    super(404, 'token_not_found', 'There is no such token of this user.');
  }
}

/** Whoever is known by it already would share what they said with the new one. */
class ExternalIdTaken extends PublicError {
  constructor() {
    super(409, 'external_id_taken', 'This externalId is the userId of a user of this workspace.');
  }
}

/** For an app's back end: tokens of its users. @param guards what a request passes first: the workspace's key, its rate */
export function userRoutes({ speakers, users }: UserDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/users', ...guards, ...jsonBody(), async (req, res) => {
    const { externalId, name, expiresInSeconds } = parseBody(NewUser, req);
    const { workspaceId } = callerOf(req);
    const known = externalId == null ? undefined : await speakers.find(workspaceId, externalId);
    if (known && known.id === externalId?.toLowerCase()) throw new ExternalIdTaken();
    const given = { deviceId: externalId ?? null, name: name ?? null };
    const { id } = await speakers.ensure(workspaceId, given);
    const issued = await users.issue(id, expiresInSeconds * 1000);
    const data: z.infer<typeof IssuedUser> = {
      userId: id,
      tokenId: issued.tokenId,
      token: issued.token,
      expiresAt: issued.expiresAt.toISOString(),
    };
    res.json(ok(data));
  });

  const revoke = async (workspaceId: string, userId: string, tokenId?: string) => {
    const revoked = await users.revoke(workspaceId, userId, tokenId);
    if (revoked === 'no user') throw new UserNotFound();
    if (revoked === 'no token') throw new TokenNotFound();
    const data: z.infer<typeof Revoked> = { revoked };
    return ok(data);
  };
  router.delete('/users/:userId/tokens', ...guards, async (req, res) => {
    res.json(await revoke(callerOf(req).workspaceId, String(req.params['userId'])));
  });
  router.delete('/users/:userId/tokens/:tokenId', ...guards, async (req, res) => {
    const { userId, tokenId } = req.params;
    res.json(await revoke(callerOf(req).workspaceId, String(userId), String(tokenId)));
  });
  router.delete('/users/:userId', ...guards, async (req, res) => {
    await speakers.delete(callerOf(req).workspaceId, String(req.params['userId']));
    res.json(ok({}));
  });
  return router;
}
