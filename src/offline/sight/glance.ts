import { colourOf, type Colour } from './colours.ts';

/** All that is made out of an image: no model looks at it. */
export type Glance = {
  /** Of most of it. */
  colour: Colour;
  brightness: 'dark' | 'bright' | 'between';
};

const most = { base64Letters: 4_000_000, pixels: 16_777_216 } as const;
const imageUrl = /^data:image\/(?:jpeg|png|webp);base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * Looks at an image as far as its numbers tell.
 * @param url a `data:` URL: nothing is fetched
 * @returns undefined for what is no image that can be read
 */
export async function glanceAt(url: string): Promise<Glance | undefined> {
  if (url.length > most.base64Letters) return undefined;
  const base64 = imageUrl.exec(url)?.[1];
  if (base64 === undefined) return undefined;
  // Loaded by the first image: most conversations have none.
  const { default: sharp } = await import('sharp');
  try {
    const small = await sharp(Buffer.from(base64, 'base64'), { limitInputPixels: most.pixels })
      .resize(64, 64, { fit: 'fill' })
      .removeAlpha()
      .toColourspace('srgb')
      .png()
      .toBuffer();
    const { dominant, channels } = await sharp(small).stats();
    const [red = 0, green = 0, blue = 0] = channels.map(({ mean }) => mean);
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    return {
      colour: colourOf([dominant.r, dominant.g, dominant.b]),
      brightness: luma < 70 ? 'dark' : luma > 180 ? 'bright' : 'between',
    };
  } catch {
    return undefined; // not what its name says
  }
}
