import {
  blankSheet,
  differing,
  mergedSheet,
  type Sheet,
  type SheetField,
  type StoredSheet,
} from './sheet.ts';
import type { Choices, Workshop } from './workshop.ts';

/** @property theirs what somebody else has changed since; `mine`: what is changed here */
type Conflict = { theirs: SheetField[]; mine: SheetField[] };
export type Kept = { kind: 'kept' } | ({ kind: 'conflict' } & Conflict);

/** A character between the server and the form in which it is changed. */
export class Draft {
  choices: Choices = { voices: [], languages: [], models: [] };
  #stored: StoredSheet | undefined;
  /** What somebody else made of it. */
  #theirs: StoredSheet | undefined;

  constructor(private readonly workshop: Workshop) {}

  /** Undefined for a character that is yet to be made. */
  get id(): string | undefined {
    return this.#stored?.id;
  }

  /** What the server has, or what a new character begins with. */
  get before(): Sheet {
    const [voice] = this.choices.voices;
    const [model] = this.choices.models;
    const usual = { voice: voice?.value ?? '', model: model?.value ?? '' };
    return this.#stored?.sheet ?? { ...blankSheet, ...usual };
  }

  isChanged(sheet: Sheet): boolean {
    return differing(this.before, sheet).length > 0;
  }

  /** Forgets what it had. */
  clear(): void {
    this.#stored = undefined;
    this.#theirs = undefined;
  }

  /** @throws {ServerFailed} */
  async read(id: string): Promise<void> {
    this.#stored = await this.workshop.read(id);
    this.#theirs = undefined;
  }

  /** Stores it and reads what came of it; when somebody else was first nothing is stored. @throws {ServerFailed} */
  async keep(sheet: Sheet): Promise<Kept> {
    const stored = this.#stored;
    if (stored && !(await this.workshop.update(stored, sheet))) {
      const theirs = await this.workshop.read(stored.id);
      this.#theirs = theirs;
      return {
        kind: 'conflict',
        theirs: differing(stored.sheet, theirs.sheet),
        mine: differing(stored.sheet, sheet),
      };
    }
    await this.read(stored?.id ?? (await this.workshop.create(sheet)));
    return { kind: 'kept' };
  }

  /** Goes on from what somebody else made of it. @returns that, with what was changed here since put upon it */
  goOnFromTheirs(mine: Sheet): Sheet {
    const [stored, theirs] = [this.#stored, this.#theirs];
    if (!stored || !theirs) return mine;
    this.#stored = theirs;
    this.#theirs = undefined;
    return mergedSheet(stored.sheet, mine, theirs.sheet);
  }
}
