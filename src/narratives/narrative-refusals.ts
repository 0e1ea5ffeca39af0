import { PublicError } from '../errors/public-error.ts';

/** A field that no story may have, or a story that would grow beyond its bounds. */
export class NarrativeInvalid extends PublicError {
  override readonly name = 'NarrativeInvalid';
  constructor(problem: string) {
    super(400, 'invalid_narrative', problem);
  }
}

/** The character's story has no such section or trigger. */
export class NarrativeUnknown extends PublicError {
  override readonly name = 'NarrativeUnknown';
  constructor(what: 'section' | 'trigger') {
    super(404, `unknown_${what}`, `There is no such ${what} of this character.`);
  }
}
