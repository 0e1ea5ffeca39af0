import mammoth from 'mammoth';
import { FileUnreadable } from './file-unreadable.ts';
import { textOfHtml } from './read-html.ts';
import { unpackToNowhere, ZipRefused } from './zip-check.ts';

/** @throws {FileUnreadable} */
export async function textOfDocx(content: Uint8Array): Promise<string> {
  try {
    // The reader below believes what the archive says of itself.
    await unpackToNowhere(content);
    const buffer = Buffer.from(content.buffer, content.byteOffset, content.length);
    const pictures = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
    const { value } = await mammoth.convertToHtml({ buffer }, { convertImage: pictures });
    return textOfHtml(value);
  } catch (cause) {
    const why = cause instanceof ZipRefused ? cause.message : 'it is broken.';
    throw new FileUnreadable(`The Word document cannot be read: ${why}`, { cause });
  }
}
