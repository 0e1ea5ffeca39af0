import type { ConnectResponse } from '../../src/protocol/connect.ts';
import { patienceMs, ServerFailed } from './failure.ts';
import { isObject, listAt, parseJson, textAt, type JsonObject } from './json.ts';

export type Info = { version: string; offline: boolean; needsKey: boolean };

export type CharacterCard = {
  id: string;
  name: string;
  greeting: string;
  /** BCP 47. */
  language: string;
  description: string;
};

export type Routing = 'audio_only' | 'data_only' | 'both';

export type ConnectWish = {
  characterId: string;
  /** Null begins a new conversation. */
  characterSessionId: string | null;
  routing: Routing;
};

export type Room = Pick<ConnectResponse, 'room_url' | 'token' | 'character_session_id'>;

/** The HTTP side of the server that this page came from. */
export class Server {
  /** @param key what the user gave; undefined trusts the cookie that came with the page */
  constructor(readonly key: () => string | undefined) {}

  /** @throws {ServerFailed} */
  async info(): Promise<Info> {
    const body = await this.#ask('/playground/info');
    return {
      version: textAt(body, 'version') ?? '',
      offline: body.offline === true,
      needsKey: body.needsKey === true,
    };
  }

  /** @throws {ServerFailed} */
  async characters(): Promise<CharacterCard[]> {
    const body = await this.#ask('/playground/characters');
    return listAt(body, 'characters').filter(isObject).flatMap(readCard);
  }

  /** @throws {ServerFailed} */
  async connect(wish: ConnectWish): Promise<Room> {
    const body = await this.#ask('/connect', {
      character_id: wish.characterId,
      character_session_id: wish.characterSessionId,
      connection_type: 'audio',
      audio_config: { output: { audio_routing: wish.routing } },
      blendshape_provider: 'neurosync',
      blendshape_config: { format: 'arkit', output_fps: 30, chunk_size: 6 },
      debug: true,
    });
    const roomUrl = textAt(body, 'room_url');
    const token = textAt(body, 'token');
    const characterSessionId = textAt(body, 'character_session_id');
    if (roomUrl === undefined || token === undefined || characterSessionId === undefined)
      throw new ServerFailed({ kind: 'refused', status: 200, words: 'It named no room.' });
    return { room_url: roomUrl, token, character_session_id: characterSessionId };
  }

  async #ask(path: string, body?: JsonObject): Promise<JsonObject> {
    const key = this.key();
    const response = await reach(path, {
      credentials: 'same-origin',
      headers: {
        ...(key === undefined ? {} : { 'X-API-Key': key }),
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(patienceMs),
    });
    const answer = parseJson(response.text);
    const content = isObject(answer) ? answer : {};
    if (response.ok && isObject(answer)) return answer;
    throw refusal(response.status, content, response.retryAfter, key !== undefined);
  }
}

type Reached = { ok: boolean; status: number; text: string; retryAfter: string | null };

async function reach(path: string, init: RequestInit): Promise<Reached> {
  try {
    const response = await fetch(path, init);
    const { ok, status, headers } = response;
    return { ok, status, text: await response.text(), retryAfter: headers.get('Retry-After') };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw new ServerFailed({ kind: late ? 'serverSilent' : 'serverGone' });
  }
}

function refusal(status: number, body: JsonObject, retryAfter: string | null, withKey: boolean) {
  const words = textAt(body, 'message') ?? textAt(body, 'detail');
  if (status === 401) return new ServerFailed({ kind: 'keyWanted', refused: withKey });
  if (status === 503 || status === 429) {
    const seconds = Number(retryAfter ?? '');
    const retryAfterS = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 300) : 3;
    return new ServerFailed({ kind: 'busy', retryAfterS, words });
  }
  return new ServerFailed({ kind: 'refused', status, words });
}

function readCard(body: JsonObject): CharacterCard[] {
  const id = textAt(body, 'id');
  const name = textAt(body, 'name');
  if (id === undefined || name === undefined) return [];
  const text = (key: string) => textAt(body, key) ?? '';
  return [
    {
      id,
      name,
      greeting: text('greeting'),
      language: text('language'),
      description: text('description'),
    },
  ];
}
