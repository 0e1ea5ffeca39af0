import type { FaceFrame } from '../face-player.ts';
import { faceShape } from '../face-shape.ts';
import { drawing } from './element.ts';

const eyeX = 11;
const eyeY = -6;

/** A face of a few lines that says what is heard. Decoration: what it says stands in the transcript. */
export class Face {
  readonly root = drawing('g', { class: 'face' });
  readonly #eyes = [-eyeX, eyeX].map((x) =>
    drawing('ellipse', { class: 'eye', cx: x, cy: eyeY, rx: 2.6, ry: 3.4 }),
  );
  readonly #brows = [-eyeX, eyeX].map((x) =>
    drawing('path', { class: 'brow', d: `M${x - 4.5} -14Q${x} -16.6 ${x + 4.5} -14` }),
  );
  readonly #mouth = drawing('path', { class: 'mouth', 'data-testid': 'mouth' });
  #drawn = '';

  constructor() {
    this.root.append(...this.#brows, ...this.#eyes, this.#mouth);
    this.show(undefined);
  }

  /** @param frame undefined for a face at rest */
  show(frame: FaceFrame | undefined): void {
    const { mouth, eyes, brows, head } = faceShape(frame);
    const drawn = [mouth, eyes, brows, head.x, head.y, head.degrees].join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#mouth.setAttribute('d', mouth);
    for (const [index, eye] of this.#eyes.entries()) {
      eye.setAttribute('ry', Math.max(0.5, 3.4 * (eyes[index] ?? 1)).toFixed(2));
    }
    for (const brow of this.#brows) {
      brow.setAttribute('transform', `translate(0 ${brows.toFixed(2)})`);
    }
    const { x, y, degrees } = head;
    this.root.setAttribute(
      'transform',
      `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${degrees.toFixed(2)})`,
    );
  }
}
