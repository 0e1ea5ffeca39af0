import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Log } from '../../../telemetry/log.ts';
import { NotFound } from '../../refusals.ts';
import { renderErrors } from '../../render-error.ts';
import { chatRoutes, type ChatDeps } from './chat.ts';
import { aiChatDialect } from './envelope.ts';
import { galleryRoutes, type GalleryDeps } from './gallery.ts';
import { skillRoutes, type SkillDeps } from './skills.ts';
import { requireUser, requireUserOrCaller } from './user-token.ts';
import { userRoutes, type UserDeps } from './users.ts';
import { voiceRoutes, type VoiceDeps } from './voice.ts';

export type AiChatDeps = GalleryDeps & ChatDeps & SkillDeps & UserDeps & VoiceDeps;

export type AiChatGuards = {
  /** By the workspace's key. */
  caller: RequestHandler;
  failedAttempts: RequestHandler;
  /** Of a user as of a key. */
  rate: RequestHandler;
};

/** The app API under `/api/v1`: all of it in its own envelope, refusals too, and those of what stands before it. */
export function aiChatRoutes(
  deps: AiChatDeps,
  { caller, failedAttempts, rate }: AiChatGuards,
  log: Log,
): (RequestHandler | ErrorRequestHandler)[] {
  const user = requireUser(deps.users, failedAttempts);
  const either = requireUserOrCaller(user, caller);
  const router = Router()
    .use(galleryRoutes(deps, [either, rate]))
    .use(userRoutes(deps, [caller, rate]))
    .use(voiceRoutes(deps, [user, rate]))
    .use(chatRoutes(deps, [user, rate]))
    .use(skillRoutes(deps, [user, rate]))
    .use(() => {
      throw new NotFound();
    });
  return [router, renderErrors(aiChatDialect, log)];
}
