import type { ConnectResponse } from '../../src/protocol/connect.ts';
import { ServerFailed } from './failure.ts';
import { isObject, listAt, textAt, type JsonObject } from './json.ts';
import type { ServerLine } from './server-line.ts';

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
  /** Under which the character remembers the user; null for a stranger. */
  endUserId: string | null;
};

export type Room = Pick<ConnectResponse, 'room_url' | 'token' | 'character_session_id'>;

/** The HTTP side of the server that this page came from. */
export class Server {
  constructor(private readonly line: ServerLine) {}

  /** @throws {ServerFailed} */
  async info(): Promise<Info> {
    const body = await this.line.json('/playground/info');
    return {
      version: textAt(body, 'version') ?? '',
      offline: body.offline === true,
      needsKey: body.needsKey === true,
    };
  }

  /** @throws {ServerFailed} */
  async characters(): Promise<CharacterCard[]> {
    const body = await this.line.json('/playground/characters');
    return listAt(body, 'characters').filter(isObject).flatMap(readCard);
  }

  /** @throws {ServerFailed} */
  async connect(wish: ConnectWish): Promise<Room> {
    const body = await this.line.json('/connect', {
      character_id: wish.characterId,
      character_session_id: wish.characterSessionId,
      connection_type: 'audio',
      ...(wish.endUserId !== null && { end_user_id: wish.endUserId }),
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
