import { needle } from '../level.ts';
import { binMs, TapeHistory, type TapeBin } from '../tape-history.ts';
import { element } from './element.ts';

const binPx = 3;
const mostPx = 2400;
/** For those who asked for little motion. */
const calmEveryMs = 1000;

/**
 * The last seconds as two traces: the user above the line, the character below. The thin rules at the edges are the
 * server's opinion of who speaks, to be held against what was heard here.
 */
export class Tape {
  readonly root: HTMLElement;
  readonly #canvas = element('canvas', { class: 'tape-canvas', 'aria-hidden': 'true' });
  readonly #history = new TapeHistory(Math.ceil(mostPx / binPx));
  readonly #calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  #drawnMs = 0;

  constructor() {
    this.root = element(
      'div',
      { class: 'tape' },
      element(
        'div',
        { class: 'tape-labels', 'aria-hidden': 'true' },
        element('span', {}, 'you'),
        element('span', {}, 'them'),
      ),
      this.#canvas,
    );
  }

  add(moment: TapeBin, nowMs: number): void {
    this.#history.add(moment, nowMs);
    if (nowMs - this.#drawnMs < (this.#calm.matches ? calmEveryMs : binMs)) return;
    this.#drawnMs = nowMs;
    this.draw();
  }

  clear(): void {
    this.#history.clear();
    this.draw();
  }

  draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const density = window.devicePixelRatio;
    const pen = this.#canvas.getContext('2d');
    if (!pen || width === 0) return;
    if (this.#canvas.width !== Math.round(width * density)) {
      this.#canvas.width = Math.round(width * density);
      this.#canvas.height = Math.round(height * density);
    }
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.#canvas);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const middle = height / 2;
    const bins = this.#history.bins.slice(-Math.ceil(width / binPx));
    const left = width - bins.length * binPx;

    pen.fillStyle = colour('--line');
    pen.fillRect(0, middle - 0.5, width, 1);
    const secondPx = (1000 / binMs) * binPx;
    for (let x = width; x > 0; x -= secondPx) pen.fillRect(x - 1, middle - 4, 1, 8);

    const reach = middle - 7;
    const trace = (channel: 'user' | 'character', up: boolean) => {
      pen.fillStyle = colour(`--${channel}`);
      for (const [i, bin] of bins.entries()) {
        const x = left + i * binPx;
        const length = needle(bin[channel]) * reach;
        if (length > 0.5) pen.fillRect(x, up ? middle - 1 - length : middle + 1, binPx - 1, length);
        if (bin[`${channel}Speaking`]) pen.fillRect(x, up ? 0 : height - 2, binPx, 2);
      }
    };
    trace('user', true);
    trace('character', false);
  }
}
