import { isAbort, reasonOf } from '../studio/reason.ts';
import { element, setText } from './element.ts';
import { field, pressButton, textArea, textInput } from './field.ts';
import { icon } from './icon.ts';

export type BackstoryActions = {
  write: (
    wish: { name: string; description: string },
    signal: AbortSignal,
  ) => AsyncIterable<string>;
  /** The character's, as it stands in the form. */
  name: () => string;
  /** It was changed by something else than typing. */
  onChange: () => void;
};

const mostLetters = 60_000;
const mostDescription = 4_000;
/** What a listener is read at once: a sentence, or a line. */
const sentenceEnd = /[.!?。！？]\s|\n/;

/** The backstory, and a model that writes one from a few words. */
export class BackstoryField {
  readonly root: HTMLElement;
  readonly #text = textArea('backstory', 12, mostLetters);
  readonly #wish = textInput(
    'backstory-wish',
    mostDescription,
    'A retired diver who keeps a harbour museum. Dry humour.',
  );
  readonly #write = pressButton('', 'backstory-write', [icon('pen'), 'Write it'], () => {
    void this.#begin();
  });
  readonly #stop = pressButton('', 'backstory-stop', [icon('stop'), 'Stop'], () => {
    this.stop();
  });
  readonly #undo = pressButton('quiet', 'backstory-undo', ['Put the old one back'], () => {
    this.#takeBack();
  });
  readonly #status = element('p', {
    class: 'hint',
    role: 'status',
    'data-testid': 'backstory-status',
  });
  readonly #told = element('div', { class: 'unseen', role: 'log', 'aria-live': 'polite' });
  #writing: AbortController | undefined;
  #before: string | undefined;
  #untold = '';

  constructor(private readonly actions: BackstoryActions) {
    this.#stop.hidden = true;
    this.#undo.hidden = true;
    this.root = element(
      'div',
      { class: 'backstory' },
      field('Backstory', this.#text, 'Who they are, in any length. It begins every prompt.'),
      element(
        'div',
        { class: 'writer' },
        field('Have one written from a few words', this.#wish),
        element('div', { class: 'buttons' }, this.#write, this.#stop, this.#undo),
        this.#status,
        this.#told,
      ),
    );
    this.#wish.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      void this.#begin();
    });
  }

  get value(): string {
    return this.#text.value;
  }

  set value(text: string) {
    this.stop();
    this.#before = undefined;
    this.#undo.hidden = true;
    setText(this.#status, '');
    this.#text.value = text;
  }

  /** What was written until now stays. */
  stop(): void {
    this.#writing?.abort();
  }

  async #begin(): Promise<void> {
    const name = this.actions.name().trim();
    const description = this.#wish.value.trim();
    if (this.#writing) return;
    if (name === '' || description === '') {
      setText(this.#status, name === '' ? 'Give them a name first.' : 'Say a few words first.');
      if (description === '') this.#wish.focus();
      return;
    }
    const writing = new AbortController();
    this.#writing = writing;
    this.#before = this.#text.value;
    this.#text.value = '';
    this.#told.replaceChildren();
    this.#showWriting(true);
    setText(this.#status, 'Writing…');
    try {
      for await (const piece of this.actions.write({ name, description }, writing.signal))
        this.#take(piece);
      setText(this.#status, 'Written. Change what you like.');
    } catch (error) {
      const why = isAbort(error) ? 'Stopped.' : `It broke off: ${reasonOf(error)}`;
      setText(this.#status, why);
      if (this.#text.value === '') this.#takeBack();
    } finally {
      this.#tell(true);
      this.#writing = undefined;
      this.#showWriting(false);
      this.actions.onChange();
    }
  }

  #take(piece: string): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#text;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.#text.value += piece;
    if (atEnd) this.#text.scrollTop = this.#text.scrollHeight;
    this.#untold += piece;
    this.#tell(false);
    this.actions.onChange();
  }

  /** Whole sentences: single words would come faster than anybody can listen. */
  #tell(isEnd: boolean): void {
    for (let end = sentenceEnd.exec(this.#untold); end; end = sentenceEnd.exec(this.#untold)) {
      this.#tellText(this.#untold.slice(0, end.index + 1));
      this.#untold = this.#untold.slice(end.index + 1);
    }
    if (!isEnd) return;
    this.#tellText(this.#untold);
    this.#untold = '';
  }

  #tellText(text: string): void {
    if (text.trim() !== '') this.#told.append(element('p', {}, text.trim()));
  }

  #takeBack(): void {
    if (this.#before === undefined) return;
    this.#text.value = this.#before;
    this.#before = undefined;
    this.#undo.hidden = true;
    setText(this.#status, 'The old one is back.');
    this.actions.onChange();
  }

  #showWriting(isWriting: boolean): void {
    this.#text.readOnly = isWriting;
    this.#text.setAttribute('aria-busy', String(isWriting));
    const hadFocus =
      document.activeElement === this.#write || document.activeElement === this.#stop;
    this.#write.hidden = isWriting;
    this.#stop.hidden = !isWriting;
    // Focus would be lost with the button that had it.
    if (hadFocus) (isWriting ? this.#stop : this.#write).focus();
    this.#undo.hidden = isWriting || (this.#before ?? '') === '';
  }
}
