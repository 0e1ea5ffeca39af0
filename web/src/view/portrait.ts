import { voiceprintOf } from '../voiceprint.ts';
import { drawing } from './element.ts';

/**
 * A character's figure. `--level` on it, 0 to 1, makes its rings swell.
 * @param face in it, instead of the name's first letter
 */
export function portrait(name: string, face?: SVGElement): SVGSVGElement {
  const { hue, rings, initial } = voiceprintOf(name);
  const svg = drawing('svg', {
    class: 'portrait',
    viewBox: '-52 -52 104 104',
    'aria-hidden': 'true',
    focusable: 'false',
  });
  svg.style.setProperty('--hue', String(hue));
  const [outer = '', middle = '', inner = ''] = rings;
  const letter = drawing('text', { x: 0, y: 0, dy: '0.36em', 'text-anchor': 'middle' });
  letter.textContent = initial;
  svg.append(
    drawing('path', { class: 'outer', d: outer }),
    drawing('path', { class: 'middle', d: middle }),
    ...(face ? [face] : [drawing('path', { class: 'inner', d: inner }), letter]),
  );
  return svg;
}
