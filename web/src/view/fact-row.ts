import type { Fact, Source } from '../studio/memory-book.ts';
import { reasonOf } from '../studio/reason.ts';
import { element, setText } from './element.ts';
import { pressButton, textInput } from './field.ts';
import { icon } from './icon.ts';

export type FactActions = {
  edit: (fact: Fact, text: string) => Promise<void>;
  delete: (fact: Fact) => void;
  /** @returns undefined when what was said is deleted */
  source: (source: NonNullable<Fact['source']>) => Promise<Source | undefined>;
};

/** One thing that a character remembers, with the words it was drawn from. */
export class FactRow {
  readonly root: HTMLElement;
  readonly #text = element('p', { class: 'fact-text', 'data-testid': 'fact-text' });
  readonly #edit = iconButton('edit', 'fact-edit', () => {
    this.#showEditing(true);
  });
  readonly #delete = iconButton('trash', 'fact-delete', () => {
    this.actions.delete(this.#fact);
  });
  readonly #input = textInput('fact-input', 2_000);
  readonly #form: HTMLFormElement;
  readonly #problem = element('p', { class: 'hint problem', role: 'alert' });
  readonly #said = element('blockquote', { 'data-testid': 'fact-said' });
  readonly #summary = element('summary', {});
  #fact: Fact;
  #isRead = false;

  constructor(
    fact: Fact,
    private readonly actions: FactActions,
  ) {
    this.#fact = fact;
    this.#input.setAttribute('aria-label', 'What is remembered');
    const cancel = pressButton('quiet', 'fact-cancel', ['Cancel'], () => {
      this.#showEditing(false);
    });
    this.#form = element(
      'form',
      { class: 'fact-form', hidden: true },
      this.#input,
      element('button', { type: 'submit', class: 'primary', 'data-testid': 'fact-save' }, 'Save'),
      cancel,
    );
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#form.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#showEditing(false);
    });
    const source = element('details', { 'data-testid': 'fact-source' }, this.#summary, this.#said);
    source.addEventListener('toggle', () => {
      if (source.open) void this.#readSource();
    });
    this.root = element(
      'li',
      { class: 'fact', 'data-testid': 'fact' },
      this.#text,
      element('div', { class: 'fact-buttons' }, this.#edit, this.#delete),
      this.#form,
      source,
      this.#problem,
    );
    this.show(fact);
  }

  show(fact: Fact): void {
    this.#fact = fact;
    setText(this.#text, fact.text);
    setText(this.#summary, `${fact.source ? 'Said' : 'Since'} ${whenWords(fact.saidAt)}`);
    this.#edit.setAttribute('aria-label', `Edit: ${fact.text}`);
    this.#delete.setAttribute('aria-label', `Forget: ${fact.text}`);
  }

  #showEditing(isEditing: boolean): void {
    this.#form.hidden = !isEditing;
    this.#text.hidden = isEditing;
    setText(this.#problem, '');
    if (!isEditing) {
      this.#edit.focus();
      return;
    }
    this.#input.value = this.#fact.text;
    this.#input.focus();
  }

  async #save(): Promise<void> {
    const text = this.#input.value.trim();
    if (text === '') return;
    try {
      await this.actions.edit(this.#fact, text);
      this.#showEditing(false);
    } catch (error) {
      setText(this.#problem, reasonOf(error));
    }
  }

  async #readSource(): Promise<void> {
    if (this.#isRead) return;
    const { source } = this.#fact;
    if (!source) {
      setText(this.#said, 'It was put here by hand, or the conversation is deleted.');
      return;
    }
    try {
      const said = await this.actions.source(source);
      this.#isRead = true;
      this.#said.replaceChildren(
        ...(said
          ? [line('You', said.user), line('Answer', said.character)]
          : ['The conversation is deleted.']),
      );
    } catch (error) {
      setText(this.#said, reasonOf(error));
    }
  }
}

function line(who: string, text: string): HTMLElement {
  return element('p', {}, element('b', {}, `${who}: `), text === '' ? '…' : text);
}

function iconButton(name: 'edit' | 'trash', testId: string, onPress: () => void) {
  return pressButton('icon-only', testId, [icon(name)], onPress);
}

function whenWords(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return 'some time ago';
  return at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}
