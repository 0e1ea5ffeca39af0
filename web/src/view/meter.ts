import { decibels, needle } from '../level.ts';
import { element } from './element.ts';

/** Screen readers and tests read the number this often, in milliseconds; eyes see every frame. */
const tellEveryMs = 250;

/**
 * A bar for one voice. `data-level` and `data-peak` hold the root mean square, 0 to 1, of the moment and the loudest
 * since the call began.
 */
export class Meter {
  readonly root: HTMLElement;
  readonly #bar: HTMLElement;
  #peak = 0;
  #toldMs = 0;

  constructor(label: string, channel: 'user' | 'character') {
    this.#bar = element('span', { class: 'lamps' });
    this.root = element(
      'div',
      {
        class: `meter ${channel}`,
        role: 'meter',
        'aria-label': label,
        'aria-valuemin': -60,
        'aria-valuemax': 0,
        'aria-valuenow': -60,
        'data-testid': `level-${channel}`,
        'data-level': '0',
        'data-peak': '0',
      },
      this.#bar,
    );
  }

  /** @param level root mean square, 0 to 1 */
  show(level: number, nowMs: number): void {
    this.#peak = Math.max(this.#peak, level);
    this.#bar.style.setProperty('--needle', needle(level).toFixed(3));
    this.root.dataset.level = level.toFixed(4);
    this.root.dataset.peak = this.#peak.toFixed(4);
    if (nowMs - this.#toldMs < tellEveryMs) return;
    this.#toldMs = nowMs;
    this.root.setAttribute('aria-valuenow', decibels(level).toFixed(0));
    this.root.setAttribute('aria-valuetext', `${decibels(level).toFixed(0)} decibels`);
  }

  reset(): void {
    this.#peak = 0;
    this.show(0, Number.POSITIVE_INFINITY);
    this.#toldMs = 0;
  }
}
