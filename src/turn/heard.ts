import type { TimedWord } from '../frames/speech-timing.ts';

/**
 * A stretch of the answer's sound and the words it speaks. Times from the beginning of the answer's sound.
 * @property words when each word sounds, as far as the synthesiser told
 */
export type SpokenPiece = {
  text: string;
  startMs: number;
  durationMs: number;
  words?: TimedWord[];
};

/**
 * The words that were heard when the voice stopped; a word counts when more than half of it was heard. Within a piece
 * the synthesiser's times of the words hold; without them time is shared out by length of the words, pauses counting
 * with the words they follow.
 */
export function heardText(pieces: SpokenPiece[], playedMs: number): string {
  let heard = '';
  for (const piece of pieces) {
    if (piece.startMs + piece.durationMs <= playedMs) {
      heard += piece.text;
      continue;
    }
    const timed = upToTime(piece.text, piece.words ?? [], playedMs);
    if (timed !== undefined) return (heard + timed).trim();
    const share = piece.durationMs > 0 ? (playedMs - piece.startMs) / piece.durationMs : 0;
    return (heard + upTo(piece.text, share)).trim();
  }
  return heard.trim();
}

/** A synthesiser may leave out what it does not speak, and no more than this; a word found farther on is another. */
const mostSkippedChars = 40;

/** @returns undefined when most of the words are not in the text: some synthesisers tell what they made of it */
function upToTime(text: string, words: readonly TimedWord[], playedMs: number): string | undefined {
  let found = 0;
  let end = 0;
  let heardEnd = 0;
  for (const { text: word, startMs, endMs } of words) {
    const spelled = word.trim();
    const at = spelled === '' ? -1 : text.indexOf(spelled, end);
    if (at === -1 || at - end > mostSkippedChars) continue;
    found++;
    end = at + spelled.length;
    if ((startMs + endMs) / 2 < playedMs) heardEnd = end;
  }
  if (found * 2 < words.length || found === 0) return undefined;
  if (heardEnd === 0) return '';
  // Marks belong to the word before them.
  return text.slice(0, heardEnd + (/^[\s\p{P}]*/u.exec(text.slice(heardEnd))?.[0].length ?? 0));
}

function upTo(text: string, share: number): string {
  if (share <= 0) return '';
  const words = spokenWords(text);
  const total = words.reduce((sum, word) => sum + spokenLength(word), 0);
  let passed = 0;
  let heard = '';
  for (const word of words) {
    const length = spokenLength(word);
    if ((passed + length / 2) / total > share) break;
    passed += length;
    heard += word;
  }
  return heard;
}

/** Words with the blanks and marks that follow them; each Han character is a word. */
function spokenWords(text: string): string[] {
  return text.match(/\s*(?:\p{Script=Han}|[^\s\p{Script=Han}]+)[\s\p{P}]*/gu) ?? [text];
}

/** Nobody says an emoji. */
function spokenLength(word: string): number {
  return word.replace(/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0F/gu, '').length;
}
