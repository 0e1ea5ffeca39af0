import { element, setText } from './element.ts';
import { pressButton } from './field.ts';
import { icon } from './icon.ts';
import { portrait } from './portrait.ts';

export type StudioHeadActions = {
  close: () => void;
  save: () => void;
  clone: () => void;
  delete: () => void;
};

type Shown = { name: string; isNew: boolean; isChanged: boolean; canSave: boolean };

/** Who is being edited, and what can be done with all of them at once. */
export class StudioHead {
  readonly root: HTMLElement;
  readonly #portrait = element('span', { class: 'studio-portrait' });
  readonly #name = element('h2', { tabindex: -1, 'data-testid': 'studio-name' });
  readonly #said = element('p', { role: 'status', 'data-testid': 'studio-status' });
  readonly #clone: HTMLButtonElement;
  readonly #delete: HTMLButtonElement;
  readonly #save: HTMLButtonElement;
  #drawn: string | undefined;

  constructor(actions: StudioHeadActions) {
    const wide = (words: string) => element('span', { class: 'wide' }, words);
    const back = pressButton('icon-only', 'studio-back', [icon('back')], actions.close);
    back.setAttribute('aria-label', 'Back to the characters');
    this.#clone = pressButton('with-icon', 'clone', [icon('copy'), wide('Clone')], actions.clone);
    this.#clone.setAttribute('aria-label', 'Clone this character');
    this.#delete = pressButton(
      'with-icon',
      'delete-character',
      [icon('trash'), wide('Delete')],
      actions.delete,
    );
    this.#delete.setAttribute('aria-label', 'Delete this character');
    this.#save = pressButton('primary', 'save', ['Save'], actions.save);
    this.root = element(
      'header',
      { class: 'studio-head' },
      back,
      this.#portrait,
      element('div', { class: 'studio-title' }, this.#name, this.#said),
      this.#clone,
      this.#delete,
      this.#save,
    );
  }

  show({ name, isNew, isChanged, canSave }: Shown): void {
    if (this.#drawn !== name) this.#portrait.replaceChildren(portrait(name));
    this.#drawn = name;
    setText(this.#name, name === '' ? 'New character' : name);
    this.#clone.hidden = isNew;
    this.#delete.hidden = isNew;
    this.#save.disabled = !canSave;
    setText(this.#save, isNew ? 'Create' : 'Save');
    if (isChanged && this.#said.textContent === 'Saved.') this.say('');
    this.root.dataset.changed = String(isChanged);
  }

  /** Where whoever has come here begins to read. */
  focus(): void {
    this.#name.focus();
  }

  say(words: string, tone: 'plain' | 'problem' = 'plain'): void {
    this.#said.dataset.tone = tone;
    setText(this.#said, words);
  }
}
