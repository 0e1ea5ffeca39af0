import type { State } from '../state.ts';
import { passes, type WireFilter, type WireLine } from '../wire-log.ts';
import { element, setText } from './element.ts';
import { icon } from './icon.ts';

/** Every message of both directions, as it went over the wire. */
export class Drawer {
  readonly root: HTMLElement;
  readonly #list = element('ol', { class: 'wire', 'data-testid': 'wire' });
  readonly #count = element('p', { class: 'wire-count' });
  readonly #close = iconButton('close', 'Close messages');
  readonly #copy = element('button', { type: 'button', class: 'quiet' }, 'Copy as JSON lines');
  readonly #rows = new Map<number, HTMLElement>();
  #filter: WireFilter = { direction: 'both', words: '', sound: false };
  #state: State | undefined;
  #open = false;

  /** @param onToggle told when it opens or closes */
  constructor(readonly onToggle: (open: boolean) => void) {
    this.root = element(
      'aside',
      { class: 'drawer', id: 'drawer', 'aria-label': 'Raw messages', hidden: true },
      element('header', {}, element('h2', {}, 'Messages'), this.#copy, this.#close),
      this.#filters(),
      this.#count,
      this.#list,
    );
    this.#close.addEventListener('click', () => this.toggle(false));
    this.#copy.addEventListener('click', () => void this.#copyLines());
    this.root.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.toggle(false);
    });
  }

  toggle(open = !this.#open): void {
    this.#open = open;
    this.root.hidden = !open;
    this.onToggle(open);
    if (open && this.#state) this.show(this.#state);
  }

  show(state: State): void {
    this.#state = state;
    // What nobody looks at is not drawn: with sound as data there are ten messages a second.
    if (!this.#open) return;
    const { lines, forgotten } = state.wire;
    const visible = lines.filter((line) => passes(line, this.#filter));
    const ids = new Set(visible.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 60;
    for (const line of visible) if (!this.#rows.has(line.id)) this.#addRow(line);
    const gone = forgotten > 0 ? `, ${forgotten} older ones dropped` : '';
    setText(this.#count, `${visible.length} of ${lines.length} shown${gone}`);
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #addRow(line: WireLine): void {
    const row = wireRow(line);
    this.#rows.set(line.id, row);
    this.#list.append(row);
  }

  #filters(): HTMLElement {
    const words = element('input', {
      type: 'search',
      placeholder: 'Filter',
      'aria-label': 'Filter messages',
    });
    const direction = element(
      'select',
      { 'aria-label': 'Direction' },
      element('option', { value: 'both' }, 'Both ways'),
      element('option', { value: 'in' }, 'From server'),
      element('option', { value: 'out' }, 'To server'),
    );
    const sound = element('input', { type: 'checkbox' });
    const apply = () => {
      const { value } = direction;
      this.#filter = {
        words: words.value,
        direction: value === 'in' || value === 'out' ? value : 'both',
        sound: sound.checked,
      };
      // Rows must keep the order of the wire, so those that come back make all anew.
      this.#list.replaceChildren();
      this.#rows.clear();
      if (this.#state) this.show(this.#state);
    };
    words.addEventListener('input', apply);
    direction.addEventListener('change', apply);
    sound.addEventListener('change', apply);
    return element(
      'div',
      { class: 'filters' },
      words,
      direction,
      element('label', { class: 'check' }, sound, 'sound and face'),
    );
  }

  async #copyLines(): Promise<void> {
    const lines = this.#state?.wire.lines.filter((line) => passes(line, this.#filter)) ?? [];
    const text = lines.map(({ atMs, direction, content }) =>
      JSON.stringify({ atMs: Math.round(atMs), direction, content }),
    );
    const done = await copied(text.join('\n'));
    setText(this.#copy, done ? `Copied ${lines.length}` : 'The browser forbids copying');
    setTimeout(() => setText(this.#copy, 'Copy as JSON lines'), 2000);
  }
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

const directions = {
  in: { sign: '←', words: 'from server' },
  out: { sign: '→', words: 'to server' },
};

function wireRow(line: WireLine): HTMLElement {
  const { sign, words } = directions[line.direction];
  const pretty = element('pre', {});
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { class: 'sign', title: words, 'aria-label': words, role: 'img' }, sign),
      element('span', { class: 'wire-at' }, (line.atMs / 1000).toFixed(2)),
      element('span', { class: 'wire-type' }, line.type),
      element('span', { class: `wire-form ${line.form === 'unreadable' ? 'bad' : ''}` }, line.form),
    ),
    pretty,
  );
  details.addEventListener('toggle', () => setText(pretty, JSON.stringify(line.content, null, 2)), {
    once: true,
  });
  return element('li', { class: `wire-line ${line.direction}`, 'data-type': line.type }, details);
}

function iconButton(name: 'close', label: string): HTMLButtonElement {
  return element('button', { type: 'button', class: 'icon-only', 'aria-label': label }, icon(name));
}
