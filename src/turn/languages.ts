import { chineseCompleteness } from './chinese.ts';
import type { Completeness } from './completeness.ts';
import { dictation } from './dictation.ts';
import { englishCompleteness } from './english.ts';
import { simplified } from './simplified.ts';

/** The end tells; patterns over a text without end would take a time without end. */
const judgedChars = 600;

/**
 * Judges from the words whether the speaker is likely to go on. English and Chinese are known; other languages are
 * judged by their punctuation alone.
 * @param text the transcript so far, with the recogniser's punctuation where it gives any
 */
export function completeness(text: string): Completeness {
  const trimmed = simplified(text.slice(-judgedChars)).trim();
  if (trimmed === '') return 'open';
  if (/(?:\.{3}|…|[,，、:：;；—-])$/u.test(trimmed)) return 'unfinished';
  const bare = trimmed.replace(/[.!?。！？"'”’)\]]+$/u, '').toLowerCase();
  const mark = trimmed.slice(bare.length);
  const dictated = dictation(bare);
  if (dictated !== undefined) return dictated;
  // Recognisers put a full stop after anything, but a question mark only after a question.
  if (/[?？]/u.test(mark) && bare.length > 3) return 'complete';
  if (/\p{Script=Han}/u.test(bare)) return chineseCompleteness(bare);
  return englishCompleteness(bare, mark !== '');
}
