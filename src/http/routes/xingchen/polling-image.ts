import { Router, type Request, type RequestHandler } from 'express';
import { MessageNotFound } from '../../../chats/ratings.ts';
import type { MessageLog } from '../../../chats/message-log.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { ImageJob } from '../../../images/image-work.ts';
import type { Pictures } from '../../../images/pictures.ts';
import { turnOfMessage, wireId } from '../../../protocol/xingchen/ids.ts';
import { ImageQuery, type ImageView } from '../../../protocol/xingchen/messages.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import { callerOf } from '../../api-key.ts';
import { problemsOf } from '../../problems.ts';
import { InvalidRequest, NotFound } from '../../refusals.ts';
import { ok } from './envelope.ts';
import { idsOfUser } from './messages.ts';

export type PollingImageDeps = {
  pictures: Pick<Pictures, 'canDraw' | 'work'>;
  log: MessageLog;
  speakers: Pick<Speakers, 'find'>;
};

class ImagesNotConfigured extends PublicError {
  constructor() {
    super(
      503,
      'images_not_configured',
      'Nothing can be drawn here: no images endpoint is configured. Set IMAGES_BASE_URL and IMAGES_MODEL.',
    );
  }
}

class NothingDrawn extends PublicError {
  constructor() {
    super(
      404,
      'image_not_found',
      'No picture goes with this message: none was asked for, or the character has no enabled text_to_image_plugin.',
    );
  }
}

/** 其他: 万象图片获取. @param guards key and rate */
export function pollingImageRoutes(deps: PollingImageDeps, guards: RequestHandler[]): Router {
  const { pictures, log, speakers } = deps;
  return Router().get('/chat/polling/image', ...guards, async (req, res) => {
    const { workspaceId } = callerOf(req);
    const query = ImageQuery.safeParse(req.query);
    if (!query.success) throw new InvalidRequest(problemsOf(query.error, req.query));
    const { messageId, userId } = query.data;
    const message = turnOfMessage(messageId);
    const userIds = await idsOfUser(workspaceId, userId, speakers);
    const found = message && (await log.find(workspaceId, message, userIds));
    if (!found) throw new MessageNotFound();
    const job = await pictures.work.find(workspaceId, found.turnId);
    const isToDo = job?.state === 'waiting' || job?.state === 'working';
    // What waits would wait for ever where the endpoint was taken away.
    if (!pictures.canDraw && (!job || isToDo)) throw new ImagesNotConfigured();
    if (!job) throw new NothingDrawn();
    res.json(ok(req, imageView(job, req)));
  });
}

/** Pictures that are kept here, by addresses that nobody can guess: what shows them has no key. */
export function pictureRoutes({ pictures }: Pick<PollingImageDeps, 'pictures'>): Router {
  return Router().get('/chat/image/:id', async (req, res) => {
    const image = await pictures.work.read(req.params['id']);
    if (!image) throw new NotFound();
    res.set({
      'Content-Type': image.type,
      'Cache-Control': 'private, max-age=86400, immutable',
      // It is a picture and nothing else, whatever a browser would make of its bytes.
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
    res.end(Buffer.from(image.content));
  });
}

function imageView(job: ImageJob, req: Request): ImageView {
  const { state, fault, url, imageId } = job;
  const taskId = wireId(job.id);
  const kept = imageId === null ? undefined : `${addressOf(req)}/v2/api/chat/image/${imageId}`;
  const fileUrl = [url ?? kept ?? []].flat();
  if (state === 'done' && fileUrl.length > 0)
    return { taskId, status: 'SUCCEEDED', errorMessage: null, fileUrl };
  if (state === 'waiting') return { taskId, status: 'PENDING', errorMessage: null, fileUrl: [] };
  if (state === 'working') return { taskId, status: 'RUNNING', errorMessage: null, fileUrl: [] };
  const errorMessage = fault ?? 'The picture is not kept any more.';
  return { taskId, status: 'FAILED', errorMessage, fileUrl: [] };
}

/** Of this server, as the client knows it. */
const addressOf = (req: Request) => `${req.protocol}://${req.get('host') ?? 'localhost'}`;
