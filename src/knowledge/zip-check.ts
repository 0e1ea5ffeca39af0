import type { Readable } from 'node:stream';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';

/** A zip file that is broken, or made to do harm. The message is for whoever sent it. */
export class ZipRefused extends Error {
  override readonly name = 'ZipRefused';
}

/** A Word document of a thousand pages has some 20 MB of XML in about 50 parts, and pictures, which nobody reads. */
const limits = { entries: 2_000, entryBytes: 64 * 1_048_576, allBytes: 128 * 1_048_576 } as const;
/** What XML is really packed to is a fiftieth at best. */
const mostRatio = 200;
const leastForRatio = 1_048_576;

/** Looks through the directory of a zip file, unpacking nothing. @returns its names. @throws {ZipRefused} */
export async function checkZip(content: Uint8Array): Promise<string[]> {
  const names: string[] = [];
  let packed = 0;
  let unpacked = 0;
  await eachEntry(content, (entry) => {
    names.push(entry.fileName);
    packed += entry.compressedSize;
    unpacked += entry.uncompressedSize;
    if (entry.isEncrypted()) throw new ZipRefused('it is protected by a password.');
    if (entry.uncompressedSize > limits.entryBytes || unpacked > limits.allBytes)
      throw new ZipRefused('it would unpack to too much.');
    if (
      entry.uncompressedSize > leastForRatio &&
      entry.uncompressedSize > entry.compressedSize * mostRatio
    )
      throw new ZipRefused('it would unpack to far more than it is.');
    // Parts that lie over one another unpack to many times what is there.
    if (packed > content.length) throw new ZipRefused('its parts overlap.');
    return Promise.resolve();
  });
  return names;
}

/** Unpacks everything to nowhere: a directory may lie about what is in the parts. @throws {ZipRefused} */
export async function unpackToNowhere(content: Uint8Array): Promise<void> {
  let unpacked = 0;
  await eachEntry(content, async (entry, zip) => {
    if (entry.fileName.endsWith('/')) return;
    for await (const piece of await openEntry(zip, entry)) {
      unpacked += Buffer.isBuffer(piece) ? piece.length : 0;
      if (unpacked > limits.allBytes) throw new ZipRefused('it unpacks to too much.');
    }
  });
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (cause, stream) => {
      if (cause) reject(cause);
      else resolve(stream);
    });
  });
}

async function eachEntry(
  content: Uint8Array,
  visit: (entry: Entry, zip: ZipFile) => Promise<void>,
): Promise<void> {
  const zip = await openZip(content);
  if (zip.entryCount > limits.entries) throw new ZipRefused('it has too many parts.');
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (entry: Entry) => {
        // What is thrown by a visitor before its first wait must not be thrown into the reader.
        Promise.resolve()
          .then(() => visit(entry, zip))
          .then(() => {
            zip.readEntry();
          }, reject);
      });
      zip.readEntry();
    });
  } catch (cause) {
    throw cause instanceof ZipRefused ? cause : broken(cause);
  } finally {
    zip.close();
  }
}

function openZip(content: Uint8Array): Promise<ZipFile> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (cause, zip) => {
      if (cause) reject(broken(cause));
      else resolve(zip);
    });
  });
}

const broken = (cause: unknown) => new ZipRefused('it is a broken zip file.', { cause });
