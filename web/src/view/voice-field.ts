import { reasonOf } from '../studio/reason.ts';
import type { PreviewState } from '../studio/voice-preview.ts';
import type { Choice } from '../studio/workshop.ts';
import { element, setText } from './element.ts';
import { field, pressButton, showChoices, textInput } from './field.ts';
import { icon } from './icon.ts';

export type VoiceActions = {
  /** Speaks. @throws what tells why not */
  play: (voice: string, sentence: string) => Promise<void>;
  stop: () => void;
};

const usualSentence = 'Hello. This is how I sound. Shall we talk?';
const mostLetters = 300;

/** The voice, and what it sounds like. */
export class VoiceField {
  readonly root: HTMLElement;
  readonly #voice = element('select', { 'data-testid': 'voice' });
  readonly #sentence = textInput('voice-sentence', mostLetters);
  readonly #play = pressButton('', 'voice-play', [icon('play'), 'Listen'], () => {
    void this.#listen();
  });
  readonly #stop = pressButton('', 'voice-stop', [icon('stop'), 'Stop'], () => {
    this.actions.stop();
  });
  readonly #status = element('p', { class: 'hint', role: 'status', 'data-testid': 'voice-status' });

  constructor(private readonly actions: VoiceActions) {
    this.#sentence.value = usualSentence;
    this.#stop.hidden = true;
    this.root = element(
      'div',
      { class: 'voice-field' },
      field('Voice', this.#voice),
      field('A sentence to try it with', this.#sentence),
      element('div', { class: 'buttons' }, this.#play, this.#stop),
      this.#status,
    );
    this.#voice.addEventListener('change', () => {
      this.actions.stop();
    });
  }

  get value(): string {
    return this.#voice.value;
  }

  show(voice: string, choices: readonly Choice[]): void {
    showChoices(this.#voice, choices, voice);
  }

  showState(state: PreviewState): void {
    const isBusy = state !== 'silent';
    const hadFocus = [this.#play, this.#stop].some((button) => button === document.activeElement);
    this.#play.hidden = isBusy;
    this.#stop.hidden = !isBusy;
    if (hadFocus) (isBusy ? this.#stop : this.#play).focus();
    this.root.dataset.preview = state;
    setText(
      this.#status,
      { silent: '', asking: 'Asking for the sound…', playing: 'Speaking' }[state],
    );
  }

  async #listen(): Promise<void> {
    try {
      const sentence = this.#sentence.value.trim();
      await this.actions.play(this.#voice.value, sentence === '' ? usualSentence : sentence);
    } catch (error) {
      setText(this.#status, reasonOf(error));
    }
  }
}
