import { Router, type Request, type RequestHandler } from 'express';
import type { MessageLog } from '../../../chats/message-log.ts';
import { PublicError } from '../../../errors/public-error.ts';
import type { ImageJob, ImageWork } from '../../../images/image-work.ts';
import { turnOfMessage, wireId } from '../../../protocol/xingchen/ids.ts';
import { ImageQuery, type ImageView } from '../../../protocol/xingchen/messages.ts';
import type { Speakers } from '../../../speakers/speakers.ts';
import { callerOf } from '../../api-key.ts';
import { problemsOf } from '../../problems.ts';
import { InvalidRequest, NotFound } from '../../refusals.ts';
import { ok } from './envelope.ts';
import { idsOfUser } from './messages.ts';

export type PollingImageDeps = {
  /** `canDraw`: whether there is an endpoint that draws. */
  pictures: { canDraw: boolean; work: Pick<ImageWork, 'find' | 'read'> };
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

/** Unknown, of another workspace or user, or never kept: which of them is nobody's business. */
class NoKeptMessage extends PublicError {
  constructor() {
    super(
      404,
      'message_not_found',
      'There is no such message of this user. Pictures go with answers that are kept: those to a userProfile with the userId that polls, by a character with a characterId. Look at isSave of the answer.',
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
    if (!found) throw new NoKeptMessage();
    const job = await pictures.work.find(workspaceId, found.turnId);
    const isToDo = job?.state === 'waiting' || job?.state === 'working';
    // What waits would wait for ever where the endpoint was taken away.
    if (!pictures.canDraw && (!job || isToDo)) throw new ImagesNotConfigured();
    if (!job) throw new NothingDrawn();
    res.json(ok(req, imageView(job, req)));
  });
}

/**
 * Pictures that are kept here, by addresses that nobody can guess: what shows them has no key.
 * @param guards `rate` of an address; `failedAttempts` counts those who guess
 */
export function pictureRoutes(
  { pictures }: Pick<PollingImageDeps, 'pictures'>,
  { rate, failedAttempts }: Record<'rate' | 'failedAttempts', RequestHandler>,
): Router {
  return Router().get('/chat/image/:id', rate, async (req, res, next) => {
    const image = await pictures.work.read(String(req.params['id']));
    if (!image) {
      await failedAttempts(req, res, (limited?: unknown) => {
        next(limited ?? new NotFound('There is no such picture, or it is not kept any more.'));
      });
      return;
    }
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
