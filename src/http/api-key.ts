import type { Request, RequestHandler } from 'express';
import type { LocalPage } from './local-page.ts';
import { Unauthorized } from './refusals.ts';
import { contextOf, type Caller } from './request-context.ts';

export interface KeyVerifier {
  /** The caller that a key stands for; undefined when it is unknown or revoked. */
  verify(key: string): Promise<Caller | undefined>;
}

export type ApiKeyDeps = {
  keys: KeyVerifier;
  localPage: LocalPage;
  /** In whose name the playground acts on this machine without a key; undefined when it may not. */
  localCaller: Caller | undefined;
  /** Counts refusals of an address; answers 429 by itself when there were too many. */
  failedAttempts: RequestHandler;
};

/** Longer ones are none of ours and not worth hashing. */
const maxKeyLength = 512;
const keyHeaders = ['x-api-key', 'convai-api-key', 'api-auth-token'] as const;

/** Finds out who calls, or refuses with 401. Comes before the body is read. */
export function requireCaller(deps: ApiKeyDeps): RequestHandler {
  return async (req, res, next) => {
    const key = presentedKey(req);
    const caller = key === undefined ? localCaller(deps, req) : await verified(deps.keys, key);
    if (caller) {
      contextOf(req).caller = caller;
      next();
      return;
    }
    await deps.failedAttempts(req, res, (limited?: unknown) => {
      next(limited ?? new Unauthorized(key === undefined ? 'missing' : 'invalid'));
    });
  };
}

/** @throws {Unauthorized} when the route was mounted without `requireCaller` */
export function callerOf(req: Request): Caller {
  const { caller } = contextOf(req);
  if (!caller) throw new Unauthorized('missing');
  return caller;
}

function localCaller(deps: ApiKeyDeps, req: Request): Caller | undefined {
  return deps.localPage.recognises(req) ? deps.localCaller : undefined;
}

async function verified(keys: KeyVerifier, key: string): Promise<Caller | undefined> {
  return key.length <= maxKeyLength ? keys.verify(key) : undefined;
}

/** The first of the headers that clients of the several APIs use; an empty one counts as not sent. */
function presentedKey(req: Request): string | undefined {
  for (const name of keyHeaders) {
    const key = req.get(name)?.trim();
    if (key) return key;
  }
  const bearer = /^Bearer\s+(\S+)$/i.exec(req.get('authorization')?.trim() ?? '');
  return bearer?.[1];
}
