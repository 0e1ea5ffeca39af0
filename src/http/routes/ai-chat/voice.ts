import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Characters } from '../../../characters/characters.ts';
import type { Messages } from '../../../chats/messages.ts';
import { PublicError } from '../../../errors/public-error.ts';
import { AnswerNotFound } from '../../../minds/speech-refusals.ts';
import type { Said, Voices } from '../../../minds/voices.ts';
import { VoiceQuery } from '../../../protocol/ai-chat.ts';
import type { WholeSound } from '../../../sounds/whole-sound.ts';
import { idsOf } from '../../../users/users.ts';
import { leavingOf } from '../../leaving.ts';
import { problemsOf } from '../../problems.ts';
import { InvalidRequest } from '../../refusals.ts';
import { userOf } from './user-token.ts';

export type VoiceDeps = {
  characters: Characters;
  messages: Pick<Messages, 'answer'>;
  voices: Voices;
};

class RangeUnfit extends PublicError {
  constructor() {
    super(416, 'range_not_satisfiable', 'The sound has no such bytes.');
  }
}

/** 获取二进制音频: a WAV, streamed while it is made, then kept. @param guards what a request passes first */
export function voiceRoutes(deps: VoiceDeps, guards: RequestHandler[]): Router {
  const { voices } = deps;
  return Router().get('/chat/voice', ...guards, async (req, res) => {
    const signal = leavingOf(res);
    const said = await saidIn(req, deps);
    const kept = await voices.find(said);
    if (!kept && takesStream(req)) await sendStream(voices.stream(said, signal), res, signal);
    else await sendWhole(kept ?? (await voices.whole(said, signal)), req, res, signal);
  });
}

async function saidIn(req: Request, { characters, messages }: VoiceDeps): Promise<Said> {
  const query = VoiceQuery.safeParse(req.query);
  if (!query.success) throw new InvalidRequest(problemsOf(query.error, req.query));
  const user = userOf(req);
  const { workspaceId } = user;
  const reader = { workspaceId, ids: idsOf(user) };
  const found = await messages.answer(reader, query.data.chatHistoryId);
  const character = found && (await characters.get(workspaceId, found.characterId));
  if (!found || !character) throw new AnswerNotFound();
  return { workspaceId, turnId: found.turnId, text: found.text, character };
}

/** Parts, a length, and what HTTP/1.0 knows no way to send without one: these wait for the whole. */
function takesStream({ method, headers, httpVersion }: Request): boolean {
  return method === 'GET' && headers.range === undefined && httpVersion !== '1.0';
}

/** Nothing is sent before there is sound: a failure until then is an answer like any other. */
async function sendStream(
  sound: AsyncGenerator<Uint8Array, void>,
  res: Response,
  signal: AbortSignal,
): Promise<void> {
  const first = await sound.next();
  if (first.done) return;
  async function* all() {
    yield first.value;
    yield* sound;
  }
  asSound(res).status(200);
  try {
    await sent(pipeline(Readable.from(all(), { objectMode: false }), res, { signal }), signal);
  } finally {
    // Who has left before anything was read on left it waiting at its first piece.
    await sound.return();
  }
}

/** Whoever left while it was sent is no failure of ours. */
async function sent(sending: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await sending;
  } catch (cause) {
    signal.throwIfAborted();
    throw cause;
  }
}

async function sendWhole(
  sound: WholeSound,
  req: Request,
  res: Response,
  signal: AbortSignal,
): Promise<void> {
  const { bytes } = sound;
  const tag = `"${sound.tag}"`;
  const isKnown = knows(req, tag);
  // What is known already is not sent, whatever part of it is asked for: RFC 9110 §13.2.2.
  const wanted = isKnown ? 'all' : rangeIn(req, tag, bytes);
  if (wanted === 'none') {
    await sound.close();
    res.setHeader('Content-Range', `bytes */${bytes}`);
    throw new RangeUnfit();
  }
  asSound(res).setHeader('ETag', tag);
  if (isKnown) res.status(304);
  else if (wanted === 'all') res.status(200);
  else {
    res.status(206);
    res.setHeader('Content-Range', `bytes ${wanted.start}-${wanted.end}/${bytes}`);
  }
  const part = wanted === 'all' ? { start: 0, end: bytes - 1 } : wanted;
  if (!isKnown) res.setHeader('Content-Length', String(part.end - part.start + 1));
  if (isKnown || req.method === 'HEAD') {
    await sound.close();
    res.end();
  } else await sent(pipeline(sound.read(part), res, { signal }), signal);
}

/** Whether the client has it already. Not `req.fresh`: `fetch` sends `Cache-Control: no-cache` with each such question. */
function knows(req: Request, tag: string): boolean {
  const tags = (req.get('if-none-match') ?? '').split(',').map((each) => each.trim());
  return tags.includes(tag) || tags.includes(`W/${tag}`) || tags.includes('*');
}

/** Several ranges at once, one that cannot be read, one of another sound: the whole, as RFC 9110 §13.1.5 and §14.2 allow. */
function rangeIn(req: Request, tag: string, bytes: number) {
  const ifRange = req.get('if-range');
  if (ifRange !== undefined && ifRange !== tag) return 'all';
  const ranges = req.range(bytes);
  if (ranges === -1) return 'none';
  const [only, more] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : [];
  return only && !more ? only : 'all';
}

/** For this user alone, who may change on a device: kept, but asked about each time. */
function asSound(res: Response): Response {
  res.vary('Authorization');
  res.set({ 'Cache-Control': 'private, no-cache', 'Accept-Ranges': 'bytes' });
  return res.type('audio/wav');
}
