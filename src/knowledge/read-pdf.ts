import { extractText } from 'unpdf';
import { knowledgeLimits } from './document.ts';
import { FileUnreadable } from './file-unreadable.ts';

/** @throws {FileUnreadable} */
export async function textOfPdf(content: Uint8Array): Promise<string> {
  const { totalPages, text } = await read(content);
  const { pages } = knowledgeLimits;
  if (totalPages > pages)
    throw new FileUnreadable(`The PDF has ${totalPages} pages; at most ${pages} are read.`);
  return text.map(unwrapped).join('\n\n');
}

async function read(content: Uint8Array): Promise<{ totalPages: number; text: string[] }> {
  try {
    // A copy: it takes the bytes away from whoever has them.
    return await extractText(new Uint8Array(content), { mergePages: false });
  } catch (cause) {
    const isLocked = cause instanceof Error && cause.name === 'PasswordException';
    throw new FileUnreadable(
      isLocked ? 'The PDF is protected by a password.' : 'The PDF is broken.',
      { cause },
    );
  }
}

/** A PDF knows lines and no paragraphs: one that ends a sentence well before the margin ends a paragraph too. */
function unwrapped(page: string): string {
  const lines = page.split('\n').map((line) => line.trim());
  const longest = Math.max(...lines.map(({ length }) => length));
  return lines
    .map((line) => {
      if (line.endsWith('-')) return line.slice(0, -1);
      const isEnd = /[.!?。！？:：]$/u.test(line) && line.length < longest * 0.8;
      return isEnd ? `${line}\n\n` : `${line}\n`;
    })
    .join('');
}
