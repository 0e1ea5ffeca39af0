import type { Shelf } from './remembered.ts';

export type Theme = 'light' | 'dark';
const slot = 'parley.theme';

/** The system's, until the user chooses otherwise. */
export class ThemeChoice {
  readonly #shelf: Shelf;
  readonly #system = window.matchMedia('(prefers-color-scheme: dark)');
  #chosen: Theme | undefined;

  /** @param onChange told after every change of the colours, whoever made it */
  constructor(
    shelf: Shelf,
    readonly onChange: (theme: Theme) => void,
  ) {
    this.#shelf = shelf;
    const stored = shelf.getItem(slot);
    this.#chosen = stored === 'light' || stored === 'dark' ? stored : undefined;
    this.#system.addEventListener('change', () => this.#apply());
    this.#apply();
  }

  get current(): Theme {
    return this.#chosen ?? (this.#system.matches ? 'dark' : 'light');
  }

  toggle(): void {
    this.#chosen = this.current === 'dark' ? 'light' : 'dark';
    this.#shelf.setItem(slot, this.#chosen);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.current;
    this.onChange(this.current);
  }
}
