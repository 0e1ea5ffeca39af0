import type { CharacterRecord } from '../../../characters/character-record.ts';
import type { Characters } from '../../../characters/characters.ts';
import { CharacterNotFound } from '../../refusals.ts';

/**
 * The character as an app's user finds it: what the gallery does not show is not there for them, so that an operator
 * can prepare one, or take one away, though its number can be guessed.
 * @param ref its number, or its id
 * @throws {CharacterNotFound}
 */
export async function listedCharacter(
  characters: Characters,
  workspaceId: string,
  ref: string | number,
): Promise<CharacterRecord> {
  const record = await characters.read(workspaceId, ref);
  if (record?.listing !== 'listed') throw new CharacterNotFound();
  return record;
}
