import { randomUUID } from 'node:crypto';
import type { RoomContent } from '../../../dispatch/entering.ts';
import type { Character } from '../../../protocol/character.ts';
import type { ConnectRequest } from '../../../protocol/connect.ts';
import type { Membership } from '../../../protocol/roster.ts';
import { CharacterNotFound, TooManyCharacters } from '../../refusals.ts';

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

export type RoomContentDeps = {
  characters: CharacterLookup;
  conversations: Conversations;
  /** In one room, of those that clients may ask for. */
  mostCharacters: number;
};

type Wanted = { character_id: string; character_session_id: string | null };

/**
 * How many characters a new room is to have, which nobody needs to be asked for.
 * @returns null for a join
 * @throws {TooManyCharacters}
 */
export function charactersWanted(
  request: ConnectRequest,
  { mostCharacters }: Pick<RoomContentDeps, 'mostCharacters'>,
): number | null {
  const wanted = wantedOf(request).length;
  if (wanted > mostCharacters) throw new TooManyCharacters(mostCharacters);
  return request.mode === 'join' ? null : wanted;
}

/**
 * What a new room begins with: its conversations, opened only when the room is really made. Every character is looked
 * up first: who asks for an unknown one is told so, whether the room is new or not.
 * @returns the one character that was asked for, and what makes the room's content: null for a join
 * @throws {CharacterNotFound}
 */
export async function roomContent(
  request: ConnectRequest,
  workspaceId: string,
  { characters, conversations }: RoomContentDeps,
): Promise<{ characterId: string | null; make: (() => Promise<RoomContent>) | null }> {
  const found: (Wanted & { character: Character })[] = [];
  for (const one of wantedOf(request)) {
    const character = await characters.get(workspaceId, one.character_id);
    if (!character) throw new CharacterNotFound();
    found.push({ ...one, character });
  }
  const characterId = request.characters ? null : (found[0]?.character.id ?? null);
  if (request.mode === 'join') return { characterId, make: null };
  const make = async () => {
    const members: Membership[] = [];
    for (const { character, character_session_id: characterSessionId } of found) {
      const { id } = await conversations.open({
        workspaceId,
        characterId: character.id,
        endUserId: request.end_user_id,
        characterSessionId,
      });
      members.push({
        membershipId: randomUUID(),
        characterId: character.id,
        name: character.name,
        characterSessionId: id,
        isInitial: members.length === 0,
      });
    }
    const conversationId = members[0]?.characterSessionId ?? '';
    return { conversationId, members: request.characters && members };
  };
  return { characterId, make };
}

function wantedOf({ characters, character_id, character_session_id }: ConnectRequest): Wanted[] {
  if (characters) return characters;
  return character_id === null ? [] : [{ character_id, character_session_id }];
}
