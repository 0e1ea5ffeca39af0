import { Router, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Character } from '../../../protocol/character.ts';
import { ConnectRequest, ConnectResponse, SessionSettings } from '../../../protocol/connect.ts';
import { userToken, type LivekitKeys } from '../../../room/token.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import type { Operation } from '../../operation.ts';
import { CharacterNotFound, MethodNotAllowed, NotFound } from '../../refusals.ts';
import { contextOf } from '../../request-context.ts';
import { roomUrl, type RoomUrlSettings } from '../../room-url.ts';

export interface CharacterLookup {
  /** A character of this workspace; undefined for an unknown id, a foreign one, or one that is no id at all. */
  get(workspaceId: string, characterId: string): Promise<Character | undefined>;
}

interface Conversations {
  /**
   * Continues the conversation that the client names, or begins one.
   * @throws {PublicError} 404 when it belongs to another workspace or another character
   */
  open(request: {
    workspaceId: string;
    characterId: string;
    endUserId: string | null;
    /** From the client, of any form; null begins a new conversation. */
    characterSessionId: string | null;
  }): Promise<{ id: string }>;
}

export type PlaceRequest = {
  workspaceId: string;
  /** Whose limits hold. */
  keyId: string;
  conversationId: string;
  character: Character;
  settings: SessionSettings;
  requestTraceId: string;
};

interface Dispatch {
  /**
   * Stores the voice session and finds it a room.
   * @returns `userIdentity`: under which the human will join
   * @throws {PublicError} 503 `no_agent_free` when no agent can take it, 429 when the key's limits do not allow it
   */
  place(
    request: PlaceRequest,
  ): Promise<{ sessionId: string; roomName: string; userIdentity: string }>;
}

export type ConnectDeps = {
  characters: CharacterLookup;
  conversations: Conversations;
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
    404: {
      description: "Character not found or doesn't belong to user.",
      schema: z.object({ detail: z.string() }),
    },
    413: { description: 'The body is too large.', schema: Refusal },
    415: { description: 'The body is not JSON in UTF-8.', schema: Refusal },
    422: { description: 'The body is not valid.', schema: Invalid },
    429: {
      description: 'Too many requests, or a limit of the API key is reached; see Retry-After.',
      schema: Refusal,
    },
    503: { description: 'No agent is free; see Retry-After.', schema: Refusal },
  },
};

/** @param guards what a request passes first: its key, its rate, its body */
export function connectRoute(deps: ConnectDeps, guards: RequestHandler[]): Router {
  const router = Router();
  router.post('/connect', ...guards, async (req, res) => {
    const { workspaceId, keyId } = callerOf(req);
    const request = parseBody(ConnectRequest, req);
    // A room is one client's alone: there is none that another could join.
    if (request.mode === 'join') throw new NotFound('There is no such room to join.');
    const character = await deps.characters.get(workspaceId, request.character_id);
    if (!character) throw new CharacterNotFound();

    const conversation = await deps.conversations.open({
      workspaceId,
      characterId: character.id,
      endUserId: request.end_user_id,
      characterSessionId: request.character_session_id,
    });
    const { traceId } = contextOf(req);
    const { sessionId, roomName, userIdentity } = await deps.dispatch.place({
      workspaceId,
      keyId,
      conversationId: conversation.id,
      character,
      settings: SessionSettings.parse(request),
      requestTraceId: traceId,
    });
    const token = await userToken(deps.livekit, {
      roomName,
      identity: userIdentity,
      connectionType: request.connection_type,
      agentName: deps.livekit.agentName,
      maxHumans: request.max_num_participants,
    });
    const answer: ConnectResponse = {
      session_id: sessionId,
      request_trace_id: traceId,
      character_session_id: conversation.id,
      room_url: roomUrl(deps.roomUrl, req),
      room_name: roomName,
      token,
      end_user_id: request.end_user_id,
      end_user_metadata: request.end_user_metadata,
    };
    res.json(answer);
  });
  router.all('/connect', (_req, res) => {
    res.setHeader('Allow', 'POST, OPTIONS');
    throw new MethodNotAllowed();
  });
  return router;
}
