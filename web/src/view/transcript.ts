import type { CharacterEntry, Entry, UserEntry } from '../entry.ts';
import type { State } from '../state.ts';
import { chosen, inCall, statusOf } from '../state.ts';
import { element, setText } from './element.ts';
import { icon } from './icon.ts';
import { timing } from './timing.ts';

type Shown = { entry: Entry; root: HTMLElement };

/** How near to the end, in pixels, still counts as reading along. */
const nearPx = 80;

/** The conversation, line by line. What is finished is also told to screen readers, once. */
export class Transcript {
  readonly root: HTMLElement;
  readonly #list = element('ol', { class: 'lines', 'data-testid': 'transcript' });
  readonly #empty = element('p', { class: 'empty' });
  readonly #told = element('div', { class: 'unseen', role: 'log', 'aria-live': 'polite' });
  readonly #toEnd = element(
    'button',
    { class: 'to-end', type: 'button', hidden: true },
    icon('down'),
    'Latest',
  );
  readonly #scroller: HTMLElement;
  readonly #shown = new Map<number, Shown>();
  #toldId = 0;
  #following = true;

  constructor() {
    this.#scroller = element(
      'div',
      { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Transcript' },
      this.#empty,
      this.#list,
    );
    this.root = element(
      'section',
      { class: 'transcript' },
      this.#scroller,
      this.#toEnd,
      this.#told,
    );
    this.#scroller.addEventListener('scroll', () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
      this.#following = scrollHeight - scrollTop - clientHeight < nearPx;
      this.#toEnd.hidden = this.#following;
    });
    this.#toEnd.addEventListener('click', () => {
      this.#scroller.scrollTo({ top: this.#scroller.scrollHeight });
    });
  }

  show(state: State): void {
    const { entries } = state.conversation;
    const name = chosen(state)?.name ?? 'Character';
    setText(this.#empty, entries.length === 0 ? emptyWords(state, name) : '');
    this.#empty.hidden = entries.length > 0;
    const kept = new Set(entries.map(({ id }) => id));
    for (const [id, { root }] of this.#shown) {
      if (kept.has(id)) continue;
      root.remove();
      this.#shown.delete(id);
    }
    for (const entry of entries) this.#showEntry(entry, name);
    this.#tell(entries, name);
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #showEntry(entry: Entry, name: string): void {
    const shown = this.#shown.get(entry.id);
    if (shown?.entry === entry) return;
    const root = shown?.root ?? this.#add(entry, name);
    this.#shown.set(entry.id, { entry, root });
    if (entry.kind === 'note') return;
    root.dataset.state = entry.state;
    if (entry.kind === 'user') fillUser(root, entry);
    else fillCharacter(root, entry, shown?.entry);
  }

  #add(entry: Entry, name: string): HTMLElement {
    const root = entry.kind === 'note' ? note(entry.text, entry.tone) : line(entry, name);
    this.#list.append(root);
    return root;
  }

  #tell(entries: readonly Entry[], name: string): void {
    for (const entry of entries) {
      if (entry.id <= this.#toldId) continue;
      if (entry.kind !== 'note' && (entry.state === 'open' || entry.state === 'sending')) return;
      this.#toldId = entry.id;
      const who = { user: 'You: ', character: `${name}: `, note: '' }[entry.kind];
      if (entry.text !== '') this.#told.append(element('p', {}, who, entry.text));
      while (this.#told.childElementCount > 20) this.#told.firstElementChild?.remove();
    }
  }
}

function emptyWords(state: State, name: string): string {
  if (state.phase.kind !== 'live') return inCall(state) ? `${statusOf(state).words}…` : '';
  return state.microphone.kind === 'on'
    ? `Say something to ${name}.`
    : `Write something to ${name}.`;
}

function note(text: string, tone: string): HTMLElement {
  return element(
    'li',
    { class: `entry note ${tone}`, 'data-role': 'note', 'data-testid': `note-${tone}` },
    text,
  );
}

function line(entry: UserEntry | CharacterEntry, name: string): HTMLElement {
  const at = new Date(performance.timeOrigin + entry.atMs);
  return element(
    'li',
    { class: `entry ${entry.kind}`, 'data-role': entry.kind, 'data-testid': `entry-${entry.kind}` },
    element(
      'div',
      { class: 'who' },
      element('b', {}, entry.kind === 'user' ? 'You' : name),
      element('time', { datetime: at.toISOString() }, at.toLocaleTimeString([], clockStyle)),
    ),
    element(
      'div',
      { class: 'said' },
      element(
        'p',
        {},
        element('span', { class: 'words', 'data-testid': `${entry.kind}-text` }),
        element('span', { class: 'partial', 'data-testid': 'user-partial' }),
        element('span', { class: 'mark' }),
      ),
      element('div', { class: 'below' }),
    ),
  );
}

const clockStyle = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

function fillUser(root: HTMLElement, { text, partial, state }: UserEntry): void {
  put(root, '.words', text);
  put(root, '.partial', partial === '' ? '' : `${text === '' ? '' : ' '}${partial}`);
  put(root, '.mark', { open: '', sending: 'sending', settled: '', refused: 'not sent' }[state]);
}

const endings = {
  open: '',
  completed: '',
  interrupted: 'cut off',
  aborted: 'broke off',
  silent: 'chose not to answer',
} as const;

function fillCharacter(root: HTMLElement, entry: CharacterEntry, before: Entry | undefined): void {
  put(root, '.words', entry.text);
  put(root, '.mark', endings[entry.state]);
  const was = before?.kind === 'character' ? before : undefined;
  if (was?.trace === entry.trace && was?.metrics === entry.metrics && was.tags === entry.tags)
    return;
  const below = root.querySelector('.below');
  const bars = timing(entry);
  const tags = entry.tags.map((tag) => element('span', { class: 'tag' }, tag));
  const wasOpen = below?.querySelector('details')?.open ?? false;
  if (bars instanceof HTMLDetailsElement) bars.open = wasOpen;
  below?.replaceChildren(...tags, ...(bars ? [bars] : []));
}

function put(root: HTMLElement, selector: string, text: string): void {
  const target = root.querySelector(selector);
  if (target) setText(target, text);
}
