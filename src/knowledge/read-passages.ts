import type { DocumentKind } from '../protocol/document.ts';
import { knowledgeLimits } from './document.ts';
import { FileUnreadable } from './file-unreadable.ts';
import { passageOf, passagesOf, type Passage } from './passages.ts';
import { readFileText } from './read-file.ts';

/** What a file came to. @property characters of its text */
export type Extracted = { characters: number; passages: Passage[] };

/**
 * All that is made of a file's bytes, and so all that a hostile one may hold up: on a thread of its own (extraction.ts).
 * @throws {FileUnreadable}
 */
export async function readPassages({
  kind,
  content,
}: {
  kind: DocumentKind;
  content: Uint8Array;
}): Promise<Extracted> {
  const text = (await readFileText(kind, content)).replaceAll('\0', '');
  const { characters, passagesOfOne } = knowledgeLimits;
  if (text.length > characters)
    throw new FileUnreadable(
      `Its text has ${text.length} characters; at most ${characters} are read.`,
    );
  const texts = passagesOf(text);
  if (texts.length === 0)
    throw new FileUnreadable('There is no text in it. A scanned page is a picture.');
  if (texts.length > passagesOfOne)
    throw new FileUnreadable('It has too many parts. Cut it into several files.');
  return { characters: text.length, passages: texts.map(passageOf) };
}
