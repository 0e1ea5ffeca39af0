/** A stretch of the answer's sound and the words it speaks. Times from the beginning of the answer's sound. */
export type SpokenPiece = { text: string; startMs: number; durationMs: number };

/**
 * The words that were heard when the voice stopped. Within a piece, time is shared out by length of the words, pauses
 * counting with the words they follow; a word counts when more than half of it was heard.
 */
export function heardText(pieces: SpokenPiece[], playedMs: number): string {
  let heard = '';
  for (const piece of pieces) {
    if (piece.startMs + piece.durationMs <= playedMs) {
      heard += piece.text;
      continue;
    }
    const share = piece.durationMs > 0 ? (playedMs - piece.startMs) / piece.durationMs : 0;
    return (heard + upTo(piece.text, share)).trim();
  }
  return heard.trim();
}

function upTo(text: string, share: number): string {
  if (share <= 0) return '';
  const words = spokenWords(text);
  const total = words.reduce((sum, word) => sum + word.length, 0);
  let passed = 0;
  let heard = '';
  for (const word of words) {
    if ((passed + word.length / 2) / total > share) break;
    passed += word.length;
    heard += word;
  }
  return heard;
}

/** Words with the blanks and marks that follow them; each Han character is a word. */
function spokenWords(text: string): string[] {
  return text.match(/\s*(?:\p{Script=Han}|[^\s\p{Script=Han}]+)[\s\p{P}]*/gu) ?? [text];
}
