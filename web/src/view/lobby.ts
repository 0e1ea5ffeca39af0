import type { CharacterCard, Routing } from '../server.ts';
import { chosen, inCall, type State } from '../state.ts';
import { element, setText } from './element.ts';
import { pressButton } from './field.ts';
import { icon } from './icon.ts';
import { portrait } from './portrait.ts';

export type LobbyActions = {
  choose: (id: string) => void;
  connect: (how: 'new' | 'continue') => void;
  route: (routing: Routing) => void;
  useMicrophone: (wanted: boolean) => void;
  useMemory: (wanted: boolean) => void;
  /** @param id undefined makes a new one */
  edit: (id: string | undefined) => void;
};

const routings: { value: Routing; label: string; hint: string }[] = [
  { value: 'audio_only', label: 'Audio track', hint: 'WebRTC, as most clients do' },
  { value: 'data_only', label: 'Data messages', hint: 'PCM in audio-data, played here' },
  { value: 'both', label: 'Both', hint: 'the track is played, the data is shown' },
];

/** Whom to talk to, and how. */
export class Lobby {
  readonly root: HTMLElement;
  readonly #roster = element('div', { class: 'roster' });
  readonly #card = element('div', { class: 'card', 'aria-live': 'polite' });
  readonly #offline = element(
    'p',
    { class: 'offline', 'data-testid': 'offline', hidden: true },
    element('strong', {}, 'No language model: a small local responder.'),
    ' It answers from the character’s own story with simple rules, and its speech is synthetic. ' +
      'Give the server a provider and the same characters come to life.',
  );
  readonly #start = button('primary', 'connect', '');
  readonly #again = button('', 'connect-continue', 'Continue conversation');
  readonly #edit = pressButton('quiet', 'edit-character', [icon('edit'), 'Edit'], () => undefined);
  readonly #actions: LobbyActions;
  #drawnCharacters: State['characters'];
  #drawnCard: CharacterCard | undefined;

  constructor(actions: LobbyActions) {
    this.#actions = actions;
    this.#start.addEventListener('click', () => actions.connect('new'));
    this.#again.addEventListener('click', () => actions.connect('continue'));
    this.#edit.addEventListener('click', () => actions.edit(this.#drawnCard?.id));
    this.root = element(
      'main',
      { class: 'lobby' },
      element(
        'fieldset',
        {},
        element('legend', {}, 'Who do you want to talk to?'),
        pressButton('with-icon new', 'new-character', [icon('plus'), 'New character'], () => {
          actions.edit(undefined);
        }),
        this.#roster,
      ),
      element(
        'section',
        { class: 'chosen', 'aria-label': 'Chosen character' },
        this.#card,
        element('div', { class: 'buttons' }, this.#start, this.#again, this.#edit),
        this.#options(),
        this.#offline,
      ),
    );
  }

  /** Where whoever comes back from the editor goes on. */
  focusAfterEditing(): void {
    // It is shown again before the next frame.
    requestAnimationFrame(() => {
      this.#edit.focus();
    });
  }

  show(state: State): void {
    if (state.characters !== this.#drawnCharacters) this.#drawRoster(state);
    const card = chosen(state);
    if (card !== this.#drawnCard) {
      this.#drawnCard = card;
      this.#card.replaceChildren(...(card ? cardContent(card) : []));
    }
    for (const radio of this.#roster.querySelectorAll('input'))
      radio.checked = radio.value === state.chosenId;
    this.#start.disabled = !card || inCall(state);
    this.#again.disabled = this.#start.disabled;
    this.#edit.disabled = !card;
    setText(this.#start, state.resumable ? 'New conversation' : `Talk to ${firstName(card)}`);
    this.#again.hidden = !state.resumable;
    this.#offline.hidden = state.info?.offline !== true;
  }

  #drawRoster({ characters }: State): void {
    this.#drawnCharacters = characters;
    const empty = element('p', { class: 'empty' }, 'This workspace has no characters yet.');
    const rows = (characters ?? []).map((card) => this.#rosterRow(card));
    this.#roster.replaceChildren(...(characters?.length === 0 ? [empty] : rows));
  }

  #rosterRow(card: CharacterCard): HTMLElement {
    const radio = element('input', {
      type: 'radio',
      name: 'character',
      value: card.id,
      'data-testid': 'character',
    });
    radio.addEventListener('change', () => this.#actions.choose(card.id));
    return element(
      'label',
      { class: 'roster-row' },
      radio,
      portrait(card.name),
      element('span', { class: 'roster-name', lang: card.language }, card.name),
      element('span', { class: 'roster-language' }, card.language),
    );
  }

  #options(): HTMLElement {
    const microphone = element('input', {
      type: 'checkbox',
      checked: true,
      'data-testid': 'with-microphone',
    });
    microphone.addEventListener('change', () => this.#actions.useMicrophone(microphone.checked));
    const memory = element('input', {
      type: 'checkbox',
      checked: true,
      'data-testid': 'with-memory',
    });
    memory.addEventListener('change', () => this.#actions.useMemory(memory.checked));
    const choices = routings.map(({ value, label, hint }) => {
      const radio = element('input', {
        type: 'radio',
        name: 'routing',
        value,
        checked: value === 'audio_only',
        'data-testid': `routing-${value}`,
      });
      radio.addEventListener('change', () => this.#actions.route(value));
      return element(
        'label',
        { class: 'choice' },
        radio,
        element('span', {}, label, element('small', {}, hint)),
      );
    });
    return element(
      'div',
      { class: 'options' },
      element('label', { class: 'check' }, microphone, 'Start with the microphone on'),
      element('label', { class: 'check' }, memory, 'Let them remember me'),
      element(
        'details',
        { 'data-testid': 'advanced' },
        element('summary', {}, 'Advanced'),
        element(
          'fieldset',
          { class: 'choices' },
          element('legend', {}, 'How the voice travels'),
          ...choices,
        ),
      ),
    );
  }
}

function cardContent({ name, description, greeting, language }: CharacterCard): HTMLElement[] {
  const tongue = languageName(language);
  return [
    element('div', { class: 'card-portrait' }, portrait(name)),
    element(
      'div',
      { class: 'card-words' },
      element('h2', { lang: language }, name),
      ...(tongue === '' ? [] : [element('p', { class: 'card-language' }, `speaks ${tongue}`)]),
      element('p', { class: 'card-description', lang: language }, description),
      ...(greeting === '' ? [] : [element('blockquote', { lang: language }, greeting)]),
    ),
  ];
}

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const titles = new Set(['professor', 'doctor', 'captain', 'the', 'mr', 'mrs', 'ms', 'dr']);

/** For a button, where a whole name is too long; a title alone is nobody's name. */
function firstName(card: CharacterCard | undefined): string {
  if (!card) return 'a character';
  const [first = card.name, second] = card.name.split(/\s+/);
  return titles.has(first.toLowerCase().replace('.', '')) && second ? `${first} ${second}` : first;
}

function button(kind: string, testId: string, label: string): HTMLButtonElement {
  return element('button', { type: 'button', class: kind, 'data-testid': testId }, label);
}
