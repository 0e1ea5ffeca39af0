import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Log } from '../../../telemetry/log.ts';
import { jsonBody } from '../../json-body.ts';
import { MethodNotAllowed, NotFound } from '../../refusals.ts';
import { renderErrors } from '../../render-error.ts';
import { characterRoutes, type CharactersDeps } from './characters.ts';
import { chatRoutes, type ChatDeps } from './chat.ts';
import { sendRefusal, xingchenDialect } from './envelope.ts';
import { messageRoutes, type MessagesDeps } from './messages.ts';
import { pictureRoutes, pollingImageRoutes, type PollingImageDeps } from './polling-image.ts';
import { reminderRoutes, type ReminderDeps } from './reminder.ts';

export type XingchenDeps = CharactersDeps &
  ChatDeps &
  MessagesDeps &
  ReminderDeps &
  PollingImageDeps;

export type XingchenGuards = {
  caller: RequestHandler;
  failedAttempts: RequestHandler;
  /** Of a key; where there is none, of an address. */
  rate: RequestHandler;
};

const posts = [
  ...['create', 'update', 'search', 'delete'].map((name) => `/character/${name}`),
  ...['send', 'message/histories', 'rating', 'reminder'].map((name) => `/chat/${name}`),
];
const gets = ['/character/details', '/chat/polling/image', '/chat/image/:id'];

const only =
  (methods: string): RequestHandler =>
  (_req, res) => {
    res.setHeader('Allow', methods);
    throw new MethodNotAllowed();
  };

/**
 * The Xingchen API under `/v2/api`: all of it in its own envelope, refusals too, and those of what stands before it.
 */
export function xingchenRoutes(
  deps: XingchenDeps,
  { caller, failedAttempts, rate }: XingchenGuards,
  log: Log,
): (RequestHandler | ErrorRequestHandler)[] {
  const guards = [caller, rate];
  const withBody = [...guards, ...jsonBody({ comments: true })];
  const router = Router()
    .use(characterRoutes(deps, guards, withBody))
    .use(chatRoutes(deps, withBody))
    .use(messageRoutes(deps, withBody))
    .use(reminderRoutes(deps, withBody))
    .use(pollingImageRoutes(deps, guards))
    .use(pictureRoutes(deps, { rate, failedAttempts }))
    .all(posts, only('POST, OPTIONS'))
    .all(gets, only('GET, HEAD, OPTIONS'))
    .use(() => {
      throw new NotFound();
    });
  return [router, renderErrors(xingchenDialect, log, sendRefusal)];
}
