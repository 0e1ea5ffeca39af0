import type { ImagePlugin } from '../protocol/xingchen/configured.ts';
import { plainLine } from '../protocol/plain-text.ts';

export type PictureWish = {
  /** What the user said. */
  words: string;
  character: { name: string; description: string };
  plugin: Pick<ImagePlugin, 'imageStyle' | 'positiveDesc' | 'negativeDesc'>;
};

/** DALL·E 2 takes no more. */
const mostChars = 1_000;
const most = { words: 400, name: 60, description: 160, style: 100, positive: 140, negative: 100 };

/** What an images endpoint is asked to draw; what matters most comes first. */
export function picturePrompt({ words, character, plugin }: PictureWish): string {
  const { imageStyle, positiveDesc, negativeDesc } = plugin;
  const style = imageStyle === 'auto' ? '' : imageStyle;
  const parts = [
    first(words, most.words),
    `${first(character.name, most.name)}: ${first(character.description, most.description)}`,
    style && `Style: ${first(style, most.style)}`,
    positiveDesc && first(positiveDesc, most.positive),
    negativeDesc && `Avoid: ${first(negativeDesc, most.negative)}`,
  ];
  return first(parts.filter(Boolean).join('\n'), mostChars, (text) => text);
}

/** Whole characters, counted as code points. */
function first(text: string, mostPoints: number, clean = plainLine): string {
  return Array.from(clean(text)).slice(0, mostPoints).join('').trim();
}
