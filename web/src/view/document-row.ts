import type { LibraryDocument } from '../studio/library.ts';
import { element, setText } from './element.ts';
import { checkBox } from './field.ts';
import { icon } from './icon.ts';

export type DocumentActions = {
  connect: (document: LibraryDocument, isConnected: boolean) => void;
  delete: (document: LibraryDocument) => void;
};

/** One document of the workspace: whether the character answers from it, and how far it is. */
export class DocumentRow {
  readonly root: HTMLElement;
  readonly #connected = checkBox('document-connected');
  readonly #name = element('span', { class: 'document-name' });
  readonly #size = element('span', { class: 'document-size' });
  readonly #delete = element(
    'button',
    { type: 'button', class: 'icon-only', 'data-testid': 'document-delete' },
    icon('trash'),
  );
  readonly #progress = element('progress', { max: 100 });
  readonly #words = element('span', {});
  #document: LibraryDocument;

  constructor(document: LibraryDocument, actions: DocumentActions) {
    this.#document = document;
    this.root = element(
      'li',
      { class: 'document', 'data-testid': 'document' },
      element('label', { class: 'check' }, this.#connected, this.#name),
      this.#size,
      this.#delete,
      element('p', { class: 'document-state' }, this.#progress, this.#words),
    );
    this.#connected.addEventListener('change', () => {
      actions.connect(this.#document, this.#connected.checked);
    });
    this.#delete.addEventListener('click', () => {
      actions.delete(this.#document);
    });
    this.show(document);
  }

  show(document: LibraryDocument): void {
    this.#document = document;
    const { name, bytes, state, isConnected } = document;
    this.root.dataset.state = state.kind;
    setText(this.#name, name);
    setText(this.#size, sizeWords(bytes));
    this.#delete.setAttribute('aria-label', `Delete ${name}`);
    this.#connected.setAttribute('aria-label', `Answers from ${name}`);
    this.#connected.checked = isConnected;
    this.#progress.hidden = state.kind !== 'reading';
    this.#progress.value = state.kind === 'reading' ? state.percent : 100;
    this.#progress.setAttribute('aria-label', `Reading ${name}`);
    setText(this.#words, stateWords(document));
  }
}

function stateWords({ state, isConnected }: LibraryDocument): string {
  switch (state.kind) {
    case 'reading':
      return `Being read, ${Math.round(state.percent)} %`;
    case 'failed':
      return state.why;
    case 'ready':
      return isConnected ? 'Ready' : 'Ready, not used by this character';
  }
}

/** In the unit that leaves a number people can read. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'kB'] : [bytes / 1_000_000, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
