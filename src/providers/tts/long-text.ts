import type { PcmFrame } from '../../frames/pcm.ts';
import type { Tts, TtsOptions } from './tts.ts';

/** Endpoints take 4,096 letters at most, and small models lose the thread long before. */
const pieceLetters = 600;

/** Speaks a text of any length, sentence by sentence where it is long. @throws {ProviderFailed} as `Tts` */
export async function* speakLong(
  tts: Tts,
  text: string,
  options: TtsOptions,
): AsyncGenerator<PcmFrame, void> {
  for (const piece of piecesOf(text, options.language)) yield* tts.stream(piece, options);
}

/** As `speakLong`, all of it in one piece. @param mostSamples beyond it the rest is left out */
export async function spokenWhole(
  tts: Tts,
  text: string,
  { mostSamples, ...options }: TtsOptions & { mostSamples: number },
): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  let length = 0;
  for await (const { samples } of speakLong(tts, text, options)) {
    pieces.push(samples);
    length += samples.length;
    if (length > mostSamples) break;
  }
  const all = new Int16Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Sentences, joined as long as they are short, and cut where one has no end. */
function piecesOf(text: string, language = 'en'): string[] {
  const segmenter = new Intl.Segmenter(language.split('_').join('-'), { granularity: 'sentence' });
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of segmenter.segment(text)) {
    for (const part of cut(segment)) {
      if (piece.length + part.length > pieceLetters) {
        pieces.push(piece);
        piece = '';
      }
      piece += part;
    }
  }
  return [...pieces, piece].map((each) => each.trim()).filter((each) => each !== '');
}

function cut(sentence: string): string[] {
  if (sentence.length <= pieceLetters) return [sentence];
  const at = sentence.lastIndexOf(' ', pieceLetters);
  const end = at > 0 ? at : pieceLetters;
  return [sentence.slice(0, end), ...cut(sentence.slice(end))];
}
