import { element } from './element.ts';
import { icon } from './icon.ts';

/** A place to drop files on, which is also a button to choose them with. */
export class DropZone {
  readonly root: HTMLElement;

  constructor(onFiles: (files: readonly File[]) => void) {
    const input = element('input', {
      type: 'file',
      multiple: true,
      class: 'unseen',
      accept: '.txt,.md,.pdf,.docx,.html,.htm',
      'data-testid': 'document-input',
    });
    this.root = element(
      'label',
      { class: 'drop-zone', 'data-testid': 'drop-zone' },
      input,
      icon('upload'),
      element(
        'span',
        {},
        element('b', {}, 'Choose files'),
        ' or drop them here',
        element('small', {}, 'Text, Markdown, PDF, Word, HTML; up to 20 MB each'),
      ),
    );
    input.addEventListener('change', () => {
      onFiles([...(input.files ?? [])]);
      // The same file again would be no change otherwise.
      input.value = '';
    });
    this.root.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.root.dataset.over = 'true';
    });
    this.root.addEventListener('dragleave', () => {
      delete this.root.dataset.over;
    });
    this.root.addEventListener('drop', (event) => {
      event.preventDefault();
      delete this.root.dataset.over;
      onFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }
}
