import { Router, type RequestHandler } from 'express';
import type { OpenCharacters } from '../../../characters/open-characters.ts';
import type { MessageLog } from '../../../chats/message-log.ts';
import { withOwnRules } from '../../../minds/declining.ts';
import type { Reminders } from '../../../minds/reminders.ts';
import { ReminderRequest } from '../../../protocol/xingchen/messages.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { CharacterNotFound } from '../../refusals.ts';
import { ok, wantsInspection } from './envelope.ts';
import { messageView } from './message-wire.ts';

export type ReminderDeps = {
  openCharacters: Pick<OpenCharacters, 'find'>;
  reminders: Reminders;
  log: MessageLog;
};

/** 系统推荐. @param guards key, rate and body */
export function reminderRoutes(deps: ReminderDeps, guards: RequestHandler[]): Router {
  const { openCharacters, reminders, log } = deps;
  return Router().post('/chat/reminder', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const { characterId, bizUserId, content } = parseBody(ReminderRequest, req);
    const found = await openCharacters.find(workspaceId, characterId, 'allowApi');
    if (!found) throw new CharacterNotFound();
    const of = {
      ...{ workspaceId, userId: bizUserId, inspected: wantsInspection(req) },
      character: withOwnRules(found.record),
    };
    const { turn } = await reminders.write(of, content, leavingOf(res));
    if (content !== undefined) {
      res.json(ok(req, true));
      return;
    }
    const message = await log.find(workspaceId, { turnId: turn.id, side: 'answer' });
    // Deleted in this very moment, with its conversation: it was written all the same.
    res.json(ok(req, message ? messageView(message) : true));
  });
}
