import { element, setText } from './element.ts';
import { icon } from './icon.ts';

/** Asks for the API key of this server. */
export class KeyDialog {
  readonly root: HTMLDialogElement;
  readonly #input = element('input', {
    id: 'key',
    type: 'password',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    maxlength: 512,
    'data-testid': 'key-input',
    'aria-describedby': 'key-advice',
  });
  readonly #title = element('h2', { id: 'key-title' });
  readonly #advice = element('p', { id: 'key-advice' });

  constructor(onKey: (key: string) => void) {
    const form = element(
      'form',
      { method: 'dialog' },
      icon('key'),
      this.#title,
      this.#advice,
      element('label', { for: 'key' }, 'API key'),
      this.#input,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'button', class: 'quiet' }, 'Not now'),
        element(
          'button',
          { type: 'submit', class: 'primary', 'data-testid': 'key-submit' },
          'Use this key',
        ),
      ),
    );
    this.root = element(
      'dialog',
      { class: 'key-dialog', 'aria-labelledby': 'key-title', 'data-testid': 'key-dialog' },
      form,
    );
    form.querySelector('.quiet')?.addEventListener('click', () => this.root.close());
    form.addEventListener('submit', () => {
      const key = this.#input.value.trim();
      this.#input.value = '';
      if (key !== '') onKey(key);
    });
  }

  ask(title: string, advice: string): void {
    setText(this.#title, title);
    setText(this.#advice, advice);
    if (!this.root.open) this.root.showModal();
    this.#input.focus();
  }
}
