import type * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';

/** Somebody else changed the character after the caller had read it. */
export class CharacterChanged extends PublicError {
  override readonly name = 'CharacterChanged';
  constructor(readonly currentVersion: number) {
    super(
      412,
      'character_changed',
      `The character was changed meanwhile and is at version ${currentVersion}. Read it again and repeat your change.`,
    );
  }
}

/** A field has a value that no character may have. */
export class CharacterInvalid extends PublicError {
  override readonly name = 'CharacterInvalid';
  constructor(problem: string) {
    super(422, 'invalid_character', problem);
  }

  static from(error: z.ZodError): CharacterInvalid {
    const [first] = error.issues;
    const where = first?.path.join('.') ?? '';
    return new CharacterInvalid([where, first?.message ?? 'invalid'].filter(Boolean).join(': '));
  }
}

/** So many that no list could show them. */
export class TooManyCharacters extends PublicError {
  override readonly name = 'TooManyCharacters';
  constructor(most: number) {
    super(409, 'too_many_characters', `A workspace holds at most ${most} characters.`);
  }
}
