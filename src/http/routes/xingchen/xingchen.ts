import { Router, type RequestHandler } from 'express';
import type { Log } from '../../../telemetry/log.ts';
import { jsonBody } from '../../json-body.ts';
import { NotFound } from '../../refusals.ts';
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

/** The Xingchen API under `/v2/api`: all of it, refusals too, in its own envelope. @param guards key and rate */
export function xingchenRoutes(deps: XingchenDeps, guards: RequestHandler[], log: Log): Router {
  const withBody = [...guards, ...jsonBody({ comments: true })];
  return Router()
    .use(characterRoutes(deps, guards, withBody))
    .use(chatRoutes(deps, withBody))
    .use(messageRoutes(deps, withBody))
    .use(reminderRoutes(deps, withBody))
    .use(pollingImageRoutes(deps, guards))
    .use(pictureRoutes(deps))
    .use(() => {
      throw new NotFound();
    })
    .use(renderErrors(xingchenDialect, log, sendRefusal));
}
