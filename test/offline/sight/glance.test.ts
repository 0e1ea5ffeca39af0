import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { colourOf, type Colour } from '../../../src/offline/sight/colours.ts';
import { glanceAt } from '../../../src/offline/sight/glance.ts';

type Rgb = [number, number, number];

async function wall([r, g, b]: Rgb, type: 'jpeg' | 'png' = 'jpeg'): Promise<string> {
  const image = sharp({
    create: { width: 320, height: 180, channels: 3, background: { r, g, b } },
  });
  const bytes = await image.toFormat(type).toBuffer();
  return `data:image/${type};base64,${bytes.toString('base64')}`;
}

describe('the colours that everybody has a name for', () => {
  const samples: [Colour, Rgb][] = [
    ['black', [10, 12, 9]],
    ['grey', [128, 128, 130]],
    ['white', [250, 250, 248]],
    ['red', [220, 20, 20]],
    ['orange', [250, 140, 20]],
    ['brown', [120, 72, 20]],
    ['yellow', [240, 230, 30]],
    ['green', [20, 160, 40]],
    ['cyan', [20, 220, 220]],
    ['blue', [20, 30, 220]],
    ['purple', [130, 20, 200]],
    ['pink', [250, 100, 200]],
  ];
  it.each(samples)('have %s for %j', (colour, rgb) => {
    expect(colourOf(rgb)).toBe(colour);
  });
});

describe('a glance', () => {
  it('tells what most of an image is like', async () => {
    expect(await glanceAt(await wall([20, 20, 220]))).toEqual({
      colour: 'blue',
      brightness: 'dark',
    });
    expect(await glanceAt(await wall([250, 240, 60], 'png'))).toEqual({
      colour: 'yellow',
      brightness: 'bright',
    });
  });

  it.each([
    'https://example.com/cup.jpg',
    'file:///etc/passwd',
    'data:image/svg+xml;base64,PHN2Zy8+',
    'data:image/jpeg;base64,AAAA',
    `data:image/jpeg;base64,${'A'.repeat(4_000_001)}`,
  ])('fetches nothing, and sees nothing in what is no image: %.40s', async (url) => {
    expect(await glanceAt(url)).toBeUndefined();
  });
});
