import type { Theme } from '../theme.ts';
import { statusOf, type State } from '../state.ts';
import { drawing, element, setText } from './element.ts';
import { icon } from './icon.ts';

export type HeaderActions = {
  toggleTheme: () => void;
  toggleMessages: () => void;
  forgetKey: () => void;
};

export class Header {
  readonly root: HTMLElement;
  readonly #version = element('span', { class: 'version' });
  readonly #words = element('span', {});
  readonly #status = element(
    'p',
    { class: 'status', role: 'status', 'data-testid': 'status' },
    element('i', { class: 'lamp' }),
    this.#words,
  );
  readonly #theme = element('button', { type: 'button', class: 'icon-only' });
  readonly #messages = element(
    'button',
    {
      type: 'button',
      class: 'with-icon',
      'aria-controls': 'drawer',
      'aria-expanded': 'false',
      'data-testid': 'messages',
    },
    icon('messages'),
    element('span', { class: 'wide' }, 'Messages'),
  );
  readonly #key = element(
    'button',
    { type: 'button', class: 'with-icon', hidden: true },
    icon('key'),
    element('span', { class: 'wide' }, 'Forget key'),
  );

  constructor(actions: HeaderActions) {
    this.root = element(
      'header',
      { class: 'masthead' },
      element('h1', {}, logo(), 'Parley'),
      this.#version,
      this.#status,
      element('div', { class: 'tools' }, this.#key, this.#messages, this.#theme),
    );
    this.#key.setAttribute('aria-label', 'Forget the API key');
    this.#messages.setAttribute('aria-label', 'Raw messages');
    this.#theme.addEventListener('click', actions.toggleTheme);
    this.#messages.addEventListener('click', actions.toggleMessages);
    this.#key.addEventListener('click', actions.forgetKey);
  }

  show(state: State, hasKey: boolean): void {
    const { code, words } = statusOf(state);
    this.#status.dataset.status = code;
    setText(this.#words, words);
    const version = state.info?.version ?? '';
    setText(this.#version, version);
    this.#key.hidden = !hasKey;
  }

  showTheme(theme: Theme): void {
    const other = theme === 'dark' ? 'light' : 'dark';
    this.#theme.replaceChildren(icon(other));
    this.#theme.setAttribute('aria-label', `Switch to ${other} colours`);
  }

  showMessagesOpen(open: boolean): void {
    this.#messages.setAttribute('aria-expanded', String(open));
  }
}

/** Two voices on one line. */
function logo(): SVGSVGElement {
  const bars = [
    [2, 9, 'user'],
    [6, 4, 'user'],
    [10, 8, 'user'],
    [14, 12, 'character'],
    [18, 12, 'character'],
    [22, 12, 'character'],
  ] as const;
  const heights = [4, 9, 5, 5, 9, 4];
  return drawing(
    'svg',
    { class: 'logo', viewBox: '0 0 26 26', 'aria-hidden': 'true', focusable: 'false' },
    ...bars.map(([x, , channel], i) => {
      const height = heights[i] ?? 4;
      const y = channel === 'user' ? 12 - height : 14;
      return drawing('rect', { class: channel, x, y, width: 2.5, height, rx: 1 });
    }),
  );
}
