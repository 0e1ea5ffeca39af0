import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Entered, Entrance, Guest } from '../../../dispatch/entering.ts';
import type { RoomLocator } from '../../../dispatch/voice-sessions.ts';
import { castEntry, type CastEntry } from '../../../protocol/cast-entry.ts';
import { ConnectRequest, ConnectResponse, SessionSettings } from '../../../protocol/connect.ts';
import { mostCharacters } from '../../../protocol/roster.ts';
import { wantsVision } from '../../../protocol/vision-config.ts';
import { userToken, type LivekitKeys } from '../../../room/token.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import type { Operation } from '../../operation.ts';
import { MethodNotAllowed } from '../../refusals.ts';
import { contextOf } from '../../request-context.ts';
import { roomUrl, type RoomUrlSettings } from '../../room-url.ts';
import { charactersWanted, roomContent, type RoomContentDeps } from './room-content.ts';

interface Speakers {
  /** Who comes, as far as the client says; known again by either id. */
  identify(
    workspaceId: string,
    given: {
      speakerId: string | null;
      endUserId: string | null;
      metadata: Record<string, unknown> | null;
    },
  ): Promise<{ id: string | null; name: string | null }>;
}

interface Dispatch {
  /**
   * Lets a human into the room that they name, or into a new one. A place for a room of their own is taken before
   * `introduce` is asked.
   * @throws {PublicError} 503 `no_agent_free` when no agent can take it, 429 when the key's limits do not allow it, 404
   * for a room that is not there, 409 for one that is full
   */
  enter(entrance: Entrance): Promise<Entered>;
}

export type ConnectDeps = RoomContentDeps & {
  speakers: Speakers;
  dispatch: Dispatch;
  livekit: LivekitKeys & { agentName: string };
  roomUrl: RoomUrlSettings;
};

const Refusal = z.object({ detail: z.string(), message: z.string(), code: z.string() });
const Invalid = z.object({
  detail: z.array(
    z.object({
      type: z.string(),
      loc: z.array(z.union([z.string(), z.int()])),
      msg: z.string(),
      input: z.unknown(),
      ctx: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  message: z.string(),
  code: z.string(),
});

export const connectOperation: Operation = {
  method: 'post',
  path: '/connect',
  tag: 'Live',
  summary: 'Opens a voice session with a character and answers with the LiveKit room to join.',
  needsKey: true,
  request: ConnectRequest,
  responses: {
    200: { description: 'The room is ready to be joined.', schema: ConnectResponse },
    401: { description: 'The API key is missing or wrong.', schema: Refusal },
    403: { description: 'More characters than a room may hold here.', schema: Refusal },
    404: {
      description:
        "Character not found or doesn't belong to user; or there is no such room to join.",
      schema: z.object({ detail: z.string() }),
    },
    409: { description: 'The room is full, or its key is ambiguous.', schema: Refusal },
    413: { description: 'The body is too large.', schema: Refusal },
    415: { description: 'The body is not JSON in UTF-8.', schema: Refusal },
    422: { description: 'The body is not valid.', schema: Invalid },
    429: {
      description: 'Too many requests, or a limit of the API key is reached; see Retry-After.',
      schema: Refusal,
    },
    503: {
      description: 'No agent is free; why is in the message. See Retry-After.',
      schema: Refusal,
    },
  },
};

/** @param guards what a request passes first: its key, its rate, its body */
export function connectRoute(deps: ConnectDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/connect', ...guards, async (req, res) => {
    const { workspaceId, keyId } = callerOf(req);
    const request = parseBody(ConnectRequest, req);
    // A place before all else: who cannot be served is told at once, however busy the database is.
    const entered = await deps.dispatch.enter({
      workspaceId,
      keyId,
      settings: SessionSettings.parse(request),
      locator: locatorOf(request),
      isCast: request.mode === 'join' ? null : request.characters !== null,
      characters: charactersWanted(request, deps),
      introduce: () => introduce(request, workspaceId, deps),
    });
    const { speaker } = entered;
    const { roster } = entered;
    const characters = roster && roster.members.map(castEntry);
    const token = await userToken(deps.livekit, {
      roomName: entered.roomName,
      identity: entered.userIdentity,
      ...(speaker.name !== null && { name: speaker.name }),
      connectionType: wantsVision(request) ? 'video' : 'audio',
      agentName: deps.livekit.agentName,
      maxHumans: entered.settings.max_num_participants + (roster ? mostCharacters : 0),
    });
    const answer: ConnectResponse = {
      session_id: entered.sessionId,
      request_trace_id: contextOf(req).traceId,
      character_session_id: entered.conversationId,
      room_url: roomUrl(deps.roomUrl, req),
      room_name: entered.roomName,
      token,
      end_user_id: request.end_user_id,
      end_user_metadata: request.end_user_metadata,
      speaker_id: speaker.id,
      room_session_id: roster && entered.roomSessionId,
      active_membership_id: roster && roster.activeMembershipId,
      route_epoch: roster && roster.routeEpoch,
      roster_epoch: roster && roster.rosterEpoch,
      partial_dispatch: characters?.some(isOut) ?? false,
      characters,
    };
    res.json(answer);
  });
  router.all('/connect', (_req, res) => {
    res.setHeader('Allow', 'POST, OPTIONS');
    throw new MethodNotAllowed();
  });
  return router;
}

/** Who comes, and to whom. @throws {CharacterNotFound} */
async function introduce(
  request: ConnectRequest,
  workspaceId: string,
  deps: ConnectDeps,
): Promise<Guest> {
  const content = await roomContent(request, workspaceId, deps);
  const speaker = await deps.speakers.identify(workspaceId, {
    speakerId: request.speaker_id,
    endUserId: request.end_user_id,
    metadata: request.end_user_metadata,
  });
  return { ...content, speaker };
}

/** One who found no place in the room. */
function isOut({ provisioning_status: status }: CastEntry): boolean {
  return status === 'dispatch_failed';
}

function locatorOf(request: ConnectRequest): RoomLocator | null {
  const { shared_session_key: key, room_name: name, room_session_id: id } = request;
  if (key !== null) return { kind: 'sharedKey', key };
  if (name !== null) return { kind: 'roomName', name };
  return id === null ? null : { kind: 'roomSession', id };
}
