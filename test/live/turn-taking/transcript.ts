import type { Language } from './script.ts';

/**
 * How a recogniser writes down what it heard:
 * - bare: words alone, as streaming and small recognisers do
 * - tidy: as Whisper does: capitals, digits, fillers left out, and a full stop after anything, finished or not
 */
export type Style = 'bare' | 'tidy';

/** @param words as in the script, with their marks */
export function transcript(words: readonly string[], style: Style, language: Language): string {
  const joined = words.join(language === 'en' ? ' ' : '');
  return style === 'bare' ? bare(joined) : tidy(joined, language);
}

function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/[.,?!，。？！、：]/gu, '')
    .trim();
}

function tidy(text: string, language: Language): string {
  const clean = language === 'en' ? tidyEnglish(text) : tidyChinese(text);
  const marked = clean.replace(/[\s,，、]+$/u, '');
  if (marked === '') return '';
  if (/[.?!。？！]$/u.test(marked)) return marked;
  return `${marked}${language === 'en' ? '.' : '。'}`;
}

function tidyEnglish(text: string): string {
  const words = text.split(' ').filter((word) => !/^(?:um|uh)[,.]?$/i.test(word));
  const written = digitsOf(words.join(' '));
  return written.charAt(0).toUpperCase() + written.slice(1);
}

const digits = 'zero one two three four five six seven eight nine'.split(' ');

/** "five five five" becomes "555"; a lone digit stays a word. */
function digitsOf(text: string): string {
  const digit = `(?:${digits.join('|')})`;
  return text.replace(new RegExp(`\\b${digit}(?: ${digit})+\\b`, 'gi'), (run) =>
    run
      .split(' ')
      .map((word) => digits.indexOf(word.toLowerCase()))
      .join(''),
  );
}

const hanDigits = '零一二三四五六七八九';

function tidyChinese(text: string): string {
  return text
    .replace(/[嗯呃]+[，。]?/gu, '')
    .replace(/[零一二三四五六七八九]{2,}/gu, (run) =>
      run.replace(/./gu, (digit) => String(hanDigits.indexOf(digit))),
    );
}
