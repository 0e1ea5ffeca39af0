import type { DocumentKind } from '../protocol/document.ts';
import { FileUnreadable } from './file-unreadable.ts';
import { textOfDocx } from './read-docx.ts';
import { textOfHtml } from './read-html.ts';
import { textOfPdf } from './read-pdf.ts';

/**
 * The text in a file, headings marked as Markdown has it. Runs on a thread of its own: hostile files take all the memory
 * and time there is (extraction.ts).
 * @throws {FileUnreadable}
 */
export async function readFileText(kind: DocumentKind, content: Uint8Array): Promise<string> {
  switch (kind) {
    case 'txt':
    case 'md':
      return decoded(content);
    case 'html':
      return textOfHtml(decoded(content));
    case 'pdf':
      return textOfPdf(content);
    case 'docx':
      return textOfDocx(content);
  }
}

/** UTF-8, UTF-16 by its mark, or what Chinese Windows writes. */
function decoded(content: Uint8Array): string {
  const wide = content[0] === 0xff && content[1] === 0xfe ? 'utf-16le' : undefined;
  const wideBig = content[0] === 0xfe && content[1] === 0xff ? 'utf-16be' : undefined;
  for (const encoding of [wide ?? wideBig ?? 'utf-8', 'gb18030']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(content);
      if (encoding !== 'gb18030' || /\p{Script=Han}{2}/u.test(text)) return text;
    } catch {
      // Not this one.
    }
  }
  throw new FileUnreadable('Its encoding is not known. Save it as UTF-8.');
}
