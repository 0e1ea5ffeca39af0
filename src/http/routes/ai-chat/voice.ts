import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Characters } from '../../../characters/characters.ts';
import type { Messages } from '../../../chats/messages.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { Said, Voices } from '../../../minds/voices.ts';
import { VoiceQuery } from '../../../protocol/ai-chat.ts';
import { leavingOf } from '../../leaving.ts';
import { problemsOf } from '../../problems.ts';
import { InvalidRequest } from '../../refusals.ts';
import { userOf } from './user-token.ts';

export type VoiceDeps = {
  characters: Characters;
  messages: Pick<Messages, 'answer'>;
  voices: Voices;
};

class AnswerNotFound extends PublicError {
  constructor() {
    super(404, 'answer_not_found', 'There is no such answer of a character to this user.');
  }
}

class RangeUnfit extends PublicError {
  constructor() {
    super(416, 'range_not_satisfiable', 'The sound has no such bytes.');
  }
}

/** 获取二进制音频: a WAV, streamed while it is made, then kept. @param guards what a request passes first */
export function voiceRoutes(deps: VoiceDeps, guards: RequestHandler[]): Router {
  const { voices } = deps;
  return Router().get('/chat/voice', ...guards, async (req, res) => {
    const said = await saidIn(req, deps);
    const signal = leavingOf(res);
    let bytes = await voices.find(said);
    if (bytes === undefined && req.method === 'GET' && req.headers.range === undefined) {
      await streamed(voices.stream(said), res, signal);
      return;
    }
    if (bytes === undefined) {
      await voices.whole(said, signal);
      bytes = await voices.find(said);
    }
    if (bytes === undefined) throw new PublicError(500, 'sound_lost', 'The sound was not kept.');
    await sendKept(said, bytes, voices, req, res);
  });
}

async function saidIn(req: Request, { characters, messages }: VoiceDeps): Promise<Said> {
  const query = VoiceQuery.safeParse(req.query);
  if (!query.success) throw new InvalidRequest(problemsOf(query.error, req.query));
  const { workspaceId, id, deviceId } = userOf(req);
  const reader = { workspaceId, ids: deviceId === null ? [id] : [id, deviceId] };
  const found = await messages.answer(reader, query.data.chatHistoryId);
  const character = found && (await characters.get(workspaceId, found.characterId));
  if (!found || !character) throw new AnswerNotFound();
  return { workspaceId, turnId: found.turnId, text: found.text, character };
}

/** Nothing is sent before there is sound: a failure until then is an answer like any other. */
async function streamed(
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
  await pipeline(Readable.from(all(), { objectMode: false }), res, { signal });
}

async function sendKept(
  said: Said,
  bytes: number,
  voices: Voices,
  req: Request,
  res: Response,
): Promise<void> {
  const wanted = req.range(bytes);
  if (wanted === -1) {
    res.setHeader('Content-Range', `bytes */${bytes}`);
    throw new RangeUnfit();
  }
  // Several ranges at once, or none that can be read: the whole, as RFC 9110 §14.2 allows.
  const [only, more] = Array.isArray(wanted) && wanted.type === 'bytes' ? wanted : [];
  const part = more === undefined ? only : undefined;
  const { start, end } = part ?? { start: 0, end: bytes - 1 };
  asSound(res).status(part ? 206 : 200);
  if (part) res.setHeader('Content-Range', `bytes ${start}-${end}/${bytes}`);
  res.setHeader('Content-Length', String(end - start + 1));
  if (req.method === 'HEAD') res.end();
  else await pipeline(voices.read(said, { start, end }), res);
}

/** What an id stands for never changes; it is for its user alone. */
function asSound(res: Response): Response {
  res.set({ 'Cache-Control': 'private, max-age=3600', 'Accept-Ranges': 'bytes' });
  return res.type('audio/wav');
}
