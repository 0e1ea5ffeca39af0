import { once } from 'node:events';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { OpenCharacters } from '../../../characters/open-characters.ts';
import type { Clock } from '../../../lifetime/clock.ts';
import type { TextAnswer } from '../../../minds/text-request.ts';
import type { Answering, XingchenChat } from '../../../minds/xingchen-chat.ts';
import { ChatSend, type ChatResult } from '../../../protocol/xingchen/chat.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { leavingOf } from '../../leaving.ts';
import { CharacterNotFound } from '../../refusals.ts';
import { contextOf } from '../../request-context.ts';
import { askOf } from './chat-ask.ts';
import { contextOfAnswer, resultSoFar, wholeResult } from './chat-result.ts';
import { eventHeaders, eventOf, ok, wantsEvents, wantsInspection } from './envelope.ts';

export type ChatDeps = {
  openCharacters: Pick<OpenCharacters, 'find'>;
  chat: XingchenChat;
  /** Whether there is anything to inspect with. */
  canInspect: boolean;
  clock: Clock;
};

/** 快速开始, 固定角色对话. @param guards what a request passes first: its key, its rate, its body */
export function chatRoutes(deps: ChatDeps, guards: RequestHandler[]): Router {
  return Router().post('/chat/send', ...guards, async (req, res) => {
    const signal = leavingOf(res);
    try {
      await send(req, res, deps, signal);
    } catch (failure) {
      // Nobody is there to be told, and it is no fault of ours.
      if (!signal.aborted) throw failure;
    }
  });
}

async function send(
  req: Request,
  res: Response,
  { openCharacters, chat, canInspect, clock }: ChatDeps,
  signal: AbortSignal,
): Promise<void> {
  const { workspaceId } = callerOf(req);
  const inspected = wantsInspection(req);
  const sent = parseBody(ChatSend, req);
  const { characterId } = sent.input.aca.botProfile;
  const found = characterId
    ? await openCharacters.find(workspaceId, characterId, 'allowApi')
    : undefined;
  if (characterId && !found) throw new CharacterNotFound();
  const stored = found && { ...found.record, isOwn: found.isOwn };
  const ask = askOf(sent, stored, { workspaceId, inspected, now: clock.nowAt() });
  const answering = await chat.begin(ask, signal);
  const requestId = contextOf(req).traceId;
  const context = contextOfAnswer(answering, { requestId, isInspected: inspected && canInspect });
  if (wantsEvents(req)) {
    const isIncremental = sent.parameters?.incrementalOutput ?? false;
    await stream(res, { answering, context, isIncremental }, signal);
    return;
  }
  const answer = await whole(answering.pieces);
  const text = answer.turn.assistantText;
  res.json(ok(req, wholeResult(text, answer, answering.words, context)));
}

async function whole(pieces: Answering['pieces']): Promise<TextAnswer> {
  for (;;) {
    const next = await pieces.next();
    if (next.done) return next.value;
  }
}

type Streamed = { answering: Answering; context: ChatResult['context']; isIncremental: boolean };

/** Nothing is sent before there is a piece: a failure until then has a status of its own. */
async function stream(
  res: Response,
  { answering: { pieces, words }, context, isIncremental }: Streamed,
  signal: AbortSignal,
): Promise<void> {
  const write = async (result: ChatResult) => {
    if (!res.headersSent) res.status(200).set(eventHeaders);
    if (!res.write(eventOf(result))) await once(res, 'drain', { signal });
  };
  let text = '';
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done) {
        const rest = isIncremental ? '' : text;
        await write(wholeResult(rest, next.value, words, context));
        res.end();
        return;
      }
      text += next.value;
      await write(resultSoFar(isIncremental ? next.value : text, context));
    }
  } catch (failure) {
    // Who left while a piece was written left the answer waiting at it, with the conversation taken.
    await pieces.throw(failure);
    throw failure;
  }
}
