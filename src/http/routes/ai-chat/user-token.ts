import type { Request, RequestHandler } from 'express';
import type { User } from '../../../users/users.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { contextOf } from '../../request-context.ts';

export interface UserVerifier {
  /** @returns whose token it is; undefined when it is unknown, expired or revoked */
  verify(token: string): Promise<User | undefined>;
}

/** The token is of no user, or no more. */
class TokenInvalid extends PublicError {
  constructor(why: 'missing' | 'invalid') {
    super(
      401,
      `${why}_token`,
      why === 'missing'
        ? "Send the user's token: Authorization: Bearer <token>."
        : 'The token is unknown, expired or revoked. Get a new one from your back end.',
    );
  }
}

const users = new WeakMap<Request, User>();

/** Who acts. @throws {PublicError} when the route was mounted without `requireUser` */
export function userOf(req: Request): User {
  const user = users.get(req);
  if (!user) throw new TokenInvalid('missing');
  return user;
}

/** Whether a user of an app acts, and not its back end. */
export const isUser = (req: Request): boolean => users.has(req);

/** Finds out which user of an app calls, or refuses with 401. @param failedAttempts counts refusals of an address */
export function requireUser(
  verifier: UserVerifier,
  failedAttempts: RequestHandler,
): RequestHandler {
  return async (req, res, next) => {
    const token = bearerOf(req);
    const user = token === undefined ? undefined : await verifier.verify(token);
    if (user) {
      users.set(req, user);
      contextOf(req).caller = { workspaceId: user.workspaceId, keyId: `user:${user.id}` };
      next();
      return;
    }
    await failedAttempts(req, res, (limited?: unknown) => {
      next(limited ?? new TokenInvalid(token === undefined ? 'missing' : 'invalid'));
    });
  };
}

/** Lets in a user by token, and a back end by its workspace's key. */
export function requireUserOrCaller(user: RequestHandler, caller: RequestHandler): RequestHandler {
  return (req, res, next) =>
    (bearerOf(req)?.startsWith('parley_user_') ? user : caller)(req, res, next);
}

function bearerOf(req: Request): string | undefined {
  return /^Bearer\s+(\S{1,512})$/i.exec(req.get('authorization')?.trim() ?? '')?.[1];
}
