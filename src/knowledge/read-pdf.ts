import { getDocumentProxy } from 'unpdf';
import * as z from 'zod';
import { knowledgeLimits } from './document.ts';
import { FileUnreadable } from './file-unreadable.ts';

/** Words with where they stand; marks between them have no text. */
const Content = z.object({
  items: z.array(z.object({ str: z.string().optional(), hasEOL: z.boolean().optional() })),
});
/** What is used of pdf.js; the library comes without its types. */
type Pdf = { numPages: number; getPage(number: number): Promise<PdfPage> };
type PdfPage = { getTextContent(): Promise<unknown>; cleanup(): unknown };
const Pdf = z.custom<Pdf>(
  (value) =>
    typeof value === 'object' && value !== null && 'numPages' in value && 'getPage' in value,
);

/** @throws {FileUnreadable} */
export async function textOfPdf(content: Uint8Array): Promise<string> {
  try {
    // A copy: it takes the bytes away from whoever has them.
    const pdf = Pdf.parse(await getDocumentProxy(new Uint8Array(content)));
    return (await pagesOf(pdf)).map(unwrapped).join('\n\n');
  } catch (cause) {
    if (cause instanceof FileUnreadable) throw cause;
    const isLocked = cause instanceof Error && cause.name === 'PasswordException';
    throw new FileUnreadable(
      isLocked ? 'The PDF is protected by a password.' : 'The PDF is broken.',
      { cause },
    );
  }
}

/** Page by page, and no further than it may go: pages are counted before one is read. */
async function pagesOf(pdf: Pdf): Promise<string[]> {
  const { pages: mostPages, characters: mostCharacters } = knowledgeLimits;
  if (pdf.numPages > mostPages)
    throw new FileUnreadable(`The PDF has ${pdf.numPages} pages; at most ${mostPages} are read.`);
  const texts: string[] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = Content.parse(await page.getTextContent());
    const text = items.map(({ str = '', hasEOL }) => `${str}${hasEOL ? '\n' : ''}`).join('');
    page.cleanup();
    characters += text.length;
    if (characters > mostCharacters)
      throw new FileUnreadable(`Its text has more than ${mostCharacters} characters.`);
    texts.push(text);
  }
  return texts;
}

/** A PDF knows lines and no paragraphs: one that ends a sentence well before the margin ends a paragraph too. */
function unwrapped(page: string): string {
  const lines = page.split('\n').map((line) => line.trim());
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0);
  return lines
    .map((line) => {
      if (line.endsWith('-')) return line.slice(0, -1);
      const isEnd = /[.!?。！？:：]$/u.test(line) && line.length < longest * 0.8;
      return isEnd ? `${line}\n\n` : `${line}\n`;
    })
    .join('');
}
