import { element, setText } from './element.ts';

export type Question = { title: string; advice: string; yes: string };

/** Asks before something is lost. The way out is where the focus begins. */
export class ConfirmDialog {
  readonly root: HTMLDialogElement;
  readonly #title = element('h2', { id: 'confirm-title' });
  readonly #advice = element('p', { id: 'confirm-advice' });
  readonly #no = element('button', { value: 'no', 'data-testid': 'confirm-no' }, 'Cancel');
  readonly #yes = element('button', {
    value: 'yes',
    class: 'danger',
    'data-testid': 'confirm-yes',
  });
  #settle: (isYes: boolean) => void = () => undefined;

  constructor() {
    this.root = element(
      'dialog',
      {
        class: 'key-dialog',
        role: 'alertdialog',
        'aria-labelledby': 'confirm-title',
        'aria-describedby': 'confirm-advice',
        'data-testid': 'confirm-dialog',
      },
      element(
        'form',
        { method: 'dialog' },
        this.#title,
        this.#advice,
        element('div', { class: 'buttons' }, this.#no, this.#yes),
      ),
    );
    this.root.addEventListener('close', () => {
      this.#settle(this.root.returnValue === 'yes');
    });
  }

  /** @returns false as well when it is closed by Escape */
  ask({ title, advice, yes }: Question): Promise<boolean> {
    setText(this.#title, title);
    setText(this.#advice, advice);
    setText(this.#yes, yes);
    this.root.returnValue = '';
    this.#settle(false);
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.root.showModal();
      this.#no.focus();
    });
  }
}
