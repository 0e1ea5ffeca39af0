import { fieldNames, type SheetField } from '../studio/sheet.ts';
import { element, setText } from './element.ts';
import { pressButton } from './field.ts';

/** Says that somebody else has changed the character meanwhile, and lets the user choose whose word counts. */
export class ConflictNotice {
  readonly root: HTMLElement;
  readonly #words = element('span', {});
  readonly #reload: HTMLButtonElement;

  constructor(actions: { reload: () => void; overwrite: () => void }) {
    this.#reload = pressButton('', 'conflict-reload', ['Take theirs'], actions.reload);
    this.root = element(
      'div',
      { class: 'notice', role: 'alert', hidden: true, 'data-testid': 'conflict' },
      element('p', {}, element('strong', {}, 'Somebody else saved this character. '), this.#words),
      this.#reload,
      pressButton('', 'conflict-overwrite', ['Keep mine'], actions.overwrite),
    );
  }

  show({ theirs, mine }: { theirs: readonly SheetField[]; mine: readonly SheetField[] }): void {
    const list = new Intl.ListFormat('en');
    const words = (fields: readonly SheetField[]) =>
      list.format(fields.map((name) => fieldNames[name]));
    const changed = theirs.length === 0 ? 'Nothing that you see' : `They changed ${words(theirs)}`;
    setText(
      this.#words,
      `${changed}; you changed ${words(mine)}. To keep yours leaves everything else as they have it.`,
    );
    this.root.hidden = false;
    this.#reload.focus();
  }

  hide(): void {
    this.root.hidden = true;
  }
}
