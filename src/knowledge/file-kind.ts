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
const readable = 'Files of text, Markdown, HTML, PDF and Word (docx) can be read.';

/** A name for a document: no path, nothing unprintable. @throws {DocumentRefused} */
export function documentName(name: string): string {
  const trimmed = name.normalize('NFC').trim();
  const refuse = (why: string) => new DocumentRefused(400, 'invalid_file_name', why);
  if (trimmed === '') throw refuse('file_name must not be empty.');
  if (trimmed.length > knowledgeLimits.nameChars)
    throw refuse(`file_name has more than ${knowledgeLimits.nameChars} characters.`);
  if (/[/\\]/.test(trimmed) || /^\.{1,2}$/.test(trimmed))
    throw refuse('file_name must be a name, not a path.');
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(trimmed))
    throw refuse('file_name holds characters that cannot be seen.');
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
  const found = await fileTypeFromBuffer(content).catch(() => undefined);
  const isPdf = found?.ext === 'pdf' || startsWith(content, '%PDF-');
  if (isPdf) {
    checkPdf(content);
    return 'pdf';
  }
  if (startsWith(content, 'PK')) {
    await checkDocx(content);
    return 'docx';
  }
  const isXml = found?.mime === 'application/xml' || found?.mime === 'text/xml';
  if (found && !isXml) throw unsupported(`This is a file of type ${found.mime}. ${readable}`);
  if (claimed === 'pdf' || claimed === 'docx')
    throw unsupported(`The name says ${claimed}, the content does not.`);
  const head = Buffer.from(content.subarray(0, 4_096));
  const isWide = startsWith(content, '\u00ff\u00fe') || startsWith(content, '\u00fe\u00ff');
  if (!isWide && content.includes(0))
    throw unsupported(`This is no text: it holds zero bytes. ${readable}`);
  if (
    /^\s*(?:<!--[\s\S]*?-->\s*)?(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)\b/i.test(
      head.toString('latin1'),
    )
  )
    return 'html';
  return claimed ?? 'txt';
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
