import { element, setText } from './element.ts';
import { icon } from './icon.ts';
import { sizeWords } from './document-row.ts';

/** A file on its way to the server, or the reason why it did not get there. */
export class UploadRow {
  readonly root: HTMLElement;
  readonly #progress: HTMLProgressElement;
  readonly #words = element('span', {}, 'Waits for its turn');

  /** @param onDismiss cancels what is under way, and takes away what failed */
  constructor(
    readonly file: File,
    onDismiss: () => void,
  ) {
    const dismiss = element(
      'button',
      { type: 'button', class: 'icon-only', 'aria-label': `Dismiss ${file.name}` },
      icon('close'),
    );
    this.#progress = element('progress', {
      max: 100,
      value: 0,
      'aria-label': `Uploading ${file.name}`,
    });
    this.root = element(
      'li',
      { class: 'document', 'data-testid': 'upload', 'data-state': 'sending' },
      element('span', { class: 'document-name' }, file.name),
      element('span', { class: 'document-size' }, sizeWords(file.size)),
      dismiss,
      element('p', { class: 'document-state' }, this.#progress, this.#words),
    );
    dismiss.addEventListener('click', onDismiss);
  }

  /** @param share of its bytes that are sent, 0 to 1 */
  sending(share: number): void {
    this.#progress.value = share * 100;
    const percent = Math.floor(share * 100);
    setText(this.#words, share < 1 ? `Uploading, ${percent} %` : 'The server looks at it');
  }

  failed(why: string): void {
    this.root.dataset.state = 'failed';
    this.#progress.hidden = true;
    setText(this.#words, why);
  }
}
