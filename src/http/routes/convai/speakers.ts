import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import type { Operation } from '../../operation.ts';
import { MethodNotAllowed } from '../../refusals.ts';

type Speaker = { id: string; deviceId: string | null; name: string | null };

interface Speakers {
  /** The speaker of this device, made when there is none. */
  ensure(
    workspaceId: string,
    given: { deviceId: string | null; name: string | null },
  ): Promise<Speaker>;
  list(workspaceId: string): Promise<Speaker[]>;
  /**
   * Removes somebody and everything that is kept of them.
   * @param id our id or the client's own
   * @throws {PublicError} 404
   */
  delete(workspaceId: string, id: string): Promise<void>;
}

/*
 * Who talks with characters. No page of Convai's documents these calls; paths and bodies are those of its shipped
 * clients: the web SDK (`deviceId`, reads `speakerId`) and the Unreal plugin (ConvaiLTMProxy.cpp).
 */
const text = z.string().trim().min(1).max(256);
const NewSpeaker = z
  .object({ deviceId: text.nullish(), name: text.nullish() })
  .superRefine(({ deviceId, name }, context) => {
    if (deviceId == null && name == null)
      context.addIssue({ code: 'invalid_type', expected: 'string', path: ['deviceId'] });
  });
const SpeakerEntry = z.object({
  speaker_id: z.string(),
  name: z.string(),
  device_id: z.string(),
});
const MadeSpeaker = SpeakerEntry.extend({ speakerId: z.string() });
const DeleteSpeaker = z
  .object({ speakerId: text.nullish(), speaker_id: text.nullish() })
  .transform(({ speakerId, speaker_id: snake }) => speakerId ?? snake ?? '')
  .pipe(z.string().min(1));
const Deleted = z.object({ message: z.string(), speaker_id: z.string() });
const Refusal = z.object({ detail: z.unknown(), message: z.string(), code: z.string() });

const refusals = {
  401: { description: 'The API key is missing or wrong.', schema: Refusal },
  429: { description: 'Too many requests; see Retry-After.', schema: Refusal },
};
const common = { method: 'post', tag: 'Speakers', needsKey: true } as const;

export const speakerOperations: Operation[] = [
  {
    ...common,
    path: '/user/speaker/new',
    summary: 'The speaker of a device: the same one each time, made at the first.',
    request: NewSpeaker,
    responses: {
      200: { description: 'The speaker.', schema: MadeSpeaker },
      422: { description: 'Neither a device nor a name was sent.', schema: Refusal },
      ...refusals,
    },
  },
  {
    ...common,
    path: '/user/speaker/list',
    summary: 'Everyone who is known in this workspace, the oldest first.',
    responses: {
      200: { description: 'The speakers.', schema: z.array(SpeakerEntry) },
      ...refusals,
    },
  },
  {
    ...common,
    path: '/user/speaker/delete',
    summary: 'Removes a speaker, their conversations and what is remembered of them.',
    request: z.object({ speakerId: text }),
    responses: {
      200: { description: 'Nothing is kept of them any more.', schema: Deleted },
      404: { description: 'There is no such speaker.', schema: Refusal },
      422: { description: 'No speaker was named.', schema: Refusal },
      ...refusals,
    },
  },
];

export type SpeakersDeps = { speakers: Speakers };

/** @param guards what a request passes first: its key, its rate, its body */
export function speakerRoutes({ speakers }: SpeakersDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/user/speaker/new', ...guards, async (req, res) => {
    const { deviceId, name } = parseBody(NewSpeaker, req);
    const given = { deviceId: deviceId ?? null, name: name ?? null };
    const speaker = await speakers.ensure(callerOf(req).workspaceId, given);
    const answer: z.infer<typeof MadeSpeaker> = { speakerId: speaker.id, ...entryOf(speaker) };
    res.json(answer);
  });
  router.post('/user/speaker/list', ...guards, async (req, res) => {
    const all = await speakers.list(callerOf(req).workspaceId);
    res.json(all.map(entryOf));
  });
  router.post('/user/speaker/delete', ...guards, async (req, res) => {
    const id = parseBody(DeleteSpeaker, req);
    await speakers.delete(callerOf(req).workspaceId, id);
    const answer: z.infer<typeof Deleted> = { message: 'Speaker deleted.', speaker_id: id };
    res.json(answer);
  });
  router.all(/^\/user\/speaker\/(new|list|delete)$/, (_req, res) => {
    res.setHeader('Allow', 'POST, OPTIONS');
    throw new MethodNotAllowed();
  });
  return router;
}

/** The Unreal plugin reads strings; what is not known is empty there. */
function entryOf({ id, name, deviceId }: Speaker): z.infer<typeof SpeakerEntry> {
  return { speaker_id: id, name: name ?? '', device_id: deviceId ?? '' };
}
