import { fileTypeFromBuffer } from 'file-type';
import type { DocumentKind } from '../protocol/document.ts';
import { DocumentRefused, knowledgeLimits } from './document.ts';
import { checkZip, ZipRefused } from './zip-check.ts';

/** By the end of its name. Others say nothing about a file. */
const kindsByEnding: Record<string, DocumentKind> = {
  txt: 'txt',
  text: 'txt',
  md: 'md',
  markdown: 'md',
  html: 'html',
  htm: 'html',
  pdf: 'pdf',
  docx: 'docx',
};
/** A file within, an empty archive, one in several parts. */
const zipBeginnings = ['PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\u0008'];
/** Enough to know any kind by. */
const headBytes = 4_096;
const readable = 'Files of text, Markdown, HTML, PDF and Word (docx) can be read.';

/**
 * What makes a name look like another one: marks that turn the direction of writing, blanks of no width. Joiners are not
 * among them: Persian is written with them, and families of emoji are made of them.
 */
const misleading =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A name for a document: no path, nothing unprintable. @throws {DocumentRefused} */
export function documentName(name: string): string {
  const refuse = (why: string) => new DocumentRefused(400, 'invalid_file_name', why);
  const tooLong = `file_name has more than ${knowledgeLimits.nameChars} characters.`;
  // Putting marks on letters together takes its time where there are thousands of them.
  if (name.length > 10 * knowledgeLimits.nameChars) throw refuse(tooLong);
  const trimmed = name.normalize('NFC').trim();
  if (trimmed === '') throw refuse('file_name must not be empty.');
  if (trimmed.length > knowledgeLimits.nameChars) throw refuse(tooLong);
  if (/[/\\]/.test(trimmed) || /^\.{1,2}$/.test(trimmed))
    throw refuse('file_name must be a name, not a path.');
  if (misleading.test(trimmed)) throw refuse('file_name holds characters that cannot be seen.');
  return trimmed;
}

/**
 * What a file is, by its content; its name may not say otherwise.
 * @param names what it is called, the most telling first
 * @throws {DocumentRefused} for what cannot be read, as far as that shows without reading it all
 */
export async function kindOf(content: Uint8Array, names: readonly string[]): Promise<DocumentKind> {
  if (content.length === 0) throw new DocumentRefused(400, 'empty_file', 'The file is empty.');
  const named = names.map(endingOf).find((ending) => ending !== undefined);
  const claimed = named === undefined ? undefined : kindsByEnding[named];
  const kind = await kindByContent(content, claimed);
  const isText = (one: DocumentKind | undefined) => one !== 'pdf' && one !== 'docx';
  if (claimed !== undefined && claimed !== kind && !(isText(claimed) && isText(kind)))
    throw unsupported(`The name says ${claimed}, the content is ${kind}.`);
  if (named !== undefined && claimed === undefined && isText(kind))
    throw unsupported(`.${named} files are not read. ${readable}`);
  return kind;
}

async function kindByContent(
  content: Uint8Array,
  claimed: DocumentKind | undefined,
): Promise<DocumentKind> {
  if (startsWith(content, '%PDF-')) {
    checkPdf(content);
    return 'pdf';
  }
  if (zipBeginnings.some((beginning) => startsWith(content, beginning))) {
    await checkDocx(content);
    return 'docx';
  }
  const isWide = startsWith(content, '\u00ff\u00fe') || startsWith(content, '\u00fe\u00ff');
  const head = content.subarray(0, headBytes);
  if (!isWide && holdsControls(head)) await refuseBinary(head);
  if (startsWith(content, '{\\rtf')) throw unsupported(`This is Rich Text. ${readable}`);
  if (claimed === 'pdf' || claimed === 'docx')
    throw unsupported(`The name says ${claimed}, the content does not.`);
  if (!isWide && content.includes(0))
    throw unsupported(`This is no text: it holds zero bytes. ${readable}`);
  return isHtml(head) ? 'html' : (claimed ?? 'txt');
}

/**
 * The library knows many kinds by two or three letters, with which honest texts begin as well: "BMW was founded". It is
 * asked about nothing that looks like text.
 */
async function refuseBinary(head: Uint8Array): Promise<void> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  if (found) throw unsupported(`This is a file of type ${found.mime}. ${readable}`);
}

/** Control characters that no text has: all but tabs, line ends, and the ends of pages. */
function holdsControls(head: Uint8Array): boolean {
  return head.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127);
}

function isHtml(head: Uint8Array): boolean {
  return /^\s*(?:<!--[\s\S]*?-->\s*)?(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)\b/i.test(
    Buffer.from(head).toString('latin1'),
  );
}

/** Cut off, or locked: what can be told at once. */
function checkPdf(content: Uint8Array): void {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const tail = bytes.subarray(-2_048);
  if (!tail.includes('%%EOF') && !tail.includes('startxref'))
    throw unsupported('The PDF is broken: its end is missing.', 400);
  if (/\/Encrypt\s+\d+\s+\d+\s+R|\/Encrypt\s*<</.test(tail.toString('latin1')))
    throw unsupported('The PDF is protected by a password.', 400);
}

async function checkDocx(content: Uint8Array): Promise<void> {
  try {
    const names = await checkZip(content);
    if (names.includes('word/document.xml')) return;
  } catch (cause) {
    if (cause instanceof ZipRefused)
      throw unsupported(`The file is refused: ${cause.message}`, 400);
    throw cause;
  }
  throw unsupported(`This is an archive and no Word document. ${readable}`);
}

function endingOf(name: string): string | undefined {
  return /\.([a-z0-9]{1,10})$/i.exec(name.trim())?.[1]?.toLowerCase();
}

/** Of Latin-1 text, so bytes. */
function startsWith(content: Uint8Array, text: string): boolean {
  return Buffer.from(text, 'latin1').equals(content.subarray(0, text.length));
}

function unsupported(message: string, status = 415): DocumentRefused {
  return new DocumentRefused(status, 'unsupported_file', message);
}
