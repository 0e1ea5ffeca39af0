import { estimateTokens } from './tokens.ts';

type Message = { role: string; content: string };

/** Of models that are asked here usually; an operator whose model takes less says so. */
export const usualWindowTokens = 128_000;
const answerTokens = 1_024;
const cutMark = '\n[…]\n';

/** What a prompt may hold of a window, with room for the answer. */
export function promptTokens(windowTokens: number): number {
  return windowTokens - Math.min(answerTokens, Math.floor(windowTokens / 4));
}

/**
 * Messages that fit. The oldest before the last question go first; where even that and the system message are too
 * long, the longest loses its middle: what a persona begins with and what a prompt ends with matters most.
 * @param mostTokens in estimated tokens; below a few dozen nothing sensible is left
 */
export function withinWindow<M extends Message>(messages: readonly M[], mostTokens: number): M[] {
  const kept = [...messages];
  let tokens = kept.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  while (tokens > mostTokens) {
    const oldest = kept.findIndex(({ role }) => role !== 'system');
    const question = kept.findLastIndex(({ role }) => role === 'user');
    // What functions answered belongs behind the question and their calls.
    if (oldest < 0 || oldest === kept.length - 1 || oldest === question) break;
    const [dropped] = kept.splice(oldest, 1);
    tokens -= estimateTokens(dropped?.content ?? '');
  }
  while (tokens > mostTokens) {
    const sizes = kept.map(({ content }) => estimateTokens(content));
    const size = Math.max(...sizes);
    const at = sizes.indexOf(size);
    const longest = kept[at];
    const room = size - (tokens - mostTokens);
    if (!longest || longest.content === '') break;
    const content = withoutMiddle(longest.content, Math.max(room, 0));
    kept[at] = { ...longest, content };
    tokens += estimateTokens(content) - size;
  }
  return kept;
}

/** At most so many tokens of a text: three parts of its beginning, two of its end; always shorter than it was. */
function withoutMiddle(text: string, mostTokens: number): string {
  const letters = Array.from(text);
  let most = Math.min(letters.length - 1, mostTokens * 4);
  for (; most > 0; most = Math.floor(most * 0.8)) {
    const head = letters.slice(0, Math.ceil(most * 0.6));
    const tail = letters.slice(letters.length - (most - head.length));
    const cut = head.join('') + cutMark + tail.join('');
    if (cut.length < text.length && estimateTokens(cut) <= mostTokens) return cut;
  }
  return '';
}
