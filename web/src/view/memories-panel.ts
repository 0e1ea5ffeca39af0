import type { Fact, MemoryBook } from '../studio/memory-book.ts';
import { reasonOf } from '../studio/reason.ts';
import type { ConfirmDialog } from './confirm-dialog.ts';
import { element, setText } from './element.ts';
import { FactRow } from './fact-row.ts';
import { pressButton } from './field.ts';

/** Facts are drawn a moment after a conversation has ended. */
const lookMs = 3_000;

/** What a character remembers of whoever uses this browser. */
export class MemoriesPanel {
  readonly root: HTMLElement;
  readonly #title = element('h3', { id: 'facts-title', tabindex: -1 }, 'Memory of you');
  readonly #list = element('ul', { class: 'memories', 'data-testid': 'facts' });
  readonly #status = element('p', { class: 'hint', role: 'status', 'data-testid': 'facts-status' });
  readonly #erase = pressButton('danger', 'facts-erase', ['Erase everything'], () => {
    void this.#eraseAll();
  });
  readonly #rows = new Map<string, FactRow>();
  #of: { id: string; name: string } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly book: MemoryBook,
    private readonly confirm: ConfirmDialog,
  ) {
    this.root = element(
      'section',
      { class: 'panel', 'aria-labelledby': 'facts-title', 'data-testid': 'memories-panel' },
      this.#title,
      element(
        'p',
        { class: 'hint' },
        'What this character has kept of what you told it from this browser. Nobody else hears of it.',
      ),
      this.#status,
      this.#list,
      this.#erase,
    );
  }

  /** @param of undefined: nobody looks any more */
  show(of: { id: string; name: string } | undefined): void {
    const isSame = of?.id === this.#of?.id;
    this.#of = of;
    clearTimeout(this.#timer);
    if (!isSame) {
      for (const { root } of this.#rows.values()) root.remove();
      this.#rows.clear();
      this.#erase.hidden = true;
      setText(this.#status, '');
    }
    if (of) void this.#look();
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    const of = this.#of;
    if (!of) return;
    try {
      // Behind another window nobody looks.
      if (document.visibilityState === 'visible') {
        const { facts, total } = await this.book.list(of.id);
        if (of.id === this.#of?.id) this.#draw(facts, total);
      }
    } catch (error) {
      if (of.id === this.#of?.id) setText(this.#status, reasonOf(error));
    }
    clearTimeout(this.#timer);
    if (this.#of) this.#timer = setTimeout(() => void this.#look(), lookMs);
  }

  #draw(facts: readonly Fact[], total: number): void {
    const ids = new Set(facts.map(({ id }) => id));
    for (const [id, { root }] of this.#rows) {
      if (ids.has(id)) continue;
      if (root.contains(document.activeElement)) this.#title.focus();
      root.remove();
      this.#rows.delete(id);
    }
    for (const fact of facts) {
      const known = this.#rows.get(fact.id);
      if (known) known.show(fact);
      else this.#rows.set(fact.id, this.#row(fact));
    }
    const rows = facts.flatMap(({ id }) => this.#rows.get(id)?.root ?? []);
    // Moving a row takes the focus from it.
    if (rows.some((row, at) => this.#list.children[at] !== row))
      this.#list.replaceChildren(...rows);
    this.#erase.hidden = total === 0;
    setText(this.#status, statusWords(total, facts.length));
  }

  #row(fact: Fact): FactRow {
    return new FactRow(fact, {
      source: (source) => this.book.source(source),
      delete: (which) => void this.#delete(which),
      edit: async (which, text) => {
        if (!this.#of) return;
        await this.book.edit(this.#of.id, which.id, text);
        await this.#look();
      },
    });
  }

  async #delete({ id }: Fact): Promise<void> {
    if (!this.#of) return;
    await this.#attempt(this.book.delete(this.#of.id, id));
  }

  async #eraseAll(): Promise<void> {
    const of = this.#of;
    if (!of) return;
    const isSure = await this.confirm.ask({
      title: `Erase all that ${of.name} remembers of you?`,
      advice:
        'It also forgets what you have said so far and was not yet noted. This cannot be undone.',
      yes: 'Erase everything',
    });
    if (!isSure) return;
    await this.#attempt(this.book.erase(of.id));
    this.#title.focus();
  }

  async #attempt(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      setText(this.#status, reasonOf(error));
      return;
    }
    await this.#look();
  }
}

function statusWords(total: number, shown: number): string {
  if (total === 0)
    return 'Nothing yet. What you tell it in a conversation is noted a moment after its end.';
  const things = total === 1 ? 'One thing' : `${total} things`;
  return shown < total ? `${things}; the newest ${shown} are shown.` : `${things}.`;
}
