import type { TapeBin } from '../tape-history.ts';
import type { FaceFrame } from '../face-player.ts';
import { figuresOf } from '../figures.ts';
import { needle } from '../level.ts';
import { chosen, statusOf, type State } from '../state.ts';
import { element, setText } from './element.ts';
import { Face } from './face.ts';
import { Meter } from './meter.ts';
import { portrait } from './portrait.ts';
import { Tape } from './tape.ts';
import { formatMs } from '../waterfall.ts';

/** The character during a call: who it is, who speaks, how loud. */
export class Stage {
  readonly root: HTMLElement;
  readonly tape = new Tape();
  readonly #portrait = element('div', { class: 'stage-portrait' });
  readonly #face = new Face();
  readonly #name = element('h2', {});
  readonly #status = element('p', { class: 'stage-status', 'aria-hidden': 'true' });
  readonly #offline = element(
    'p',
    { class: 'stage-offline', hidden: true },
    'no language model: a small local responder',
  );
  readonly #user = new Meter('Your level', 'user');
  readonly #character = new Meter('Character’s level', 'character');
  readonly #figures = element('dl', { class: 'figures' });
  #drawn: string | undefined;
  #drawnEntries: State['conversation']['entries'] = [];

  constructor() {
    this.root = element(
      'section',
      { class: 'stage', 'aria-label': 'Character', 'data-testid': 'stage' },
      this.#portrait,
      element('div', { class: 'stage-words' }, this.#name, this.#status, this.#offline),
      element(
        'div',
        { class: 'meters' },
        element('span', { class: 'meter-label user', 'aria-hidden': 'true' }, 'you'),
        this.#user.root,
        element('span', { class: 'meter-label character', 'aria-hidden': 'true' }, 'them'),
        this.#character.root,
      ),
      this.#figures,
    );
  }

  show(state: State): void {
    const card = chosen(state);
    if (card && card.id !== this.#drawn) {
      this.#drawn = card.id;
      this.#portrait.replaceChildren(portrait(card.name, this.#face.root));
      setText(this.#name, card.name);
      this.#name.lang = card.language;
    }
    const { userSpeaking, characterSpeaking } = state.conversation;
    this.root.dataset.user = userSpeaking ? 'speaking' : 'quiet';
    this.root.dataset.character = characterSpeaking ? 'speaking' : 'quiet';
    setText(this.#status, statusOf(state).words);
    this.#offline.hidden = state.info?.offline !== true;
    const { entries } = state.conversation;
    if (entries === this.#drawnEntries) return;
    this.#drawnEntries = entries;
    this.#figures.replaceChildren(...figureRows(entries));
  }

  showLevels(moment: TapeBin, nowMs: number): void {
    this.#user.show(moment.user, nowMs);
    this.#character.show(moment.character, nowMs);
    this.#portrait.style.setProperty('--level', needle(moment.character).toFixed(3));
    this.tape.add(moment, nowMs);
  }

  showFace(frame: FaceFrame | undefined): void {
    this.#face.show(frame);
  }

  reset(): void {
    this.#face.show(undefined);
    this.#user.reset();
    this.#character.reset();
    this.#portrait.style.setProperty('--level', '0');
    this.tape.clear();
  }
}

function figureRows(entries: State['conversation']['entries']): HTMLElement[] {
  const { answers, medianMs, fastestMs, slowestMs, bargeInMs } = figuresOf(entries);
  const range =
    fastestMs === undefined || slowestMs === undefined
      ? undefined
      : `${formatMs(fastestMs)} to ${formatMs(slowestMs)}`;
  const rows: [string, string | undefined][] = [
    ['answers', answers === 0 ? undefined : String(answers)],
    ['to first sound', medianMs === undefined ? undefined : formatMs(medianMs)],
    ['range', answers < 2 ? undefined : range],
    ['barge-in to silence', bargeInMs === undefined ? undefined : formatMs(bargeInMs)],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [element('div', {}, element('dt', {}, name), element('dd', {}, value))],
  );
}
