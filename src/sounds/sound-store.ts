import { randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** What a sound is kept under: letters of hex and dashes, nothing that a path could be made of. */
const shape = /^[0-9a-f-]{1,128}$/;
const ending = '.wav';

/** Sounds on disk, whole ones only, up to so many bytes: the one longest unheard goes first. */
export class SoundStore {
  #swept: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly mostBytes: number,
  ) {}

  /** @returns its length in bytes; undefined when it is not kept (any more) */
  async find(name: string): Promise<number | undefined> {
    const path = this.#path(name);
    try {
      const { size } = await stat(path);
      const now = new Date();
      await utimes(path, now, now);
      return size;
    } catch {
      return undefined;
    }
  }

  /** @param range first and last byte */
  read(name: string, range: { start: number; end: number }): ReadStream {
    return createReadStream(this.#path(name), range);
  }

  /** Keeps a whole sound; one that is half written is never found. */
  async keep(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const half = join(this.folder, `${randomUUID()}.half`);
    try {
      const file = await open(half, 'wx', 0o600);
      try {
        for (const piece of pieces) await file.write(piece);
      } finally {
        await file.close();
      }
      await rename(half, this.#path(name));
    } finally {
      await rm(half, { force: true });
    }
    await (this.#swept ??= this.#sweep().finally(() => (this.#swept = undefined)));
  }

  /** Removes all whose name begins like this. */
  async forget(begins: readonly string[]): Promise<void> {
    for (const file of await this.#files())
      if (begins.some((begin) => file.startsWith(begin)))
        await rm(join(this.folder, file), { force: true });
  }

  async #sweep(): Promise<void> {
    const files: { path: string; bytes: number; heardMs: number }[] = [];
    for (const file of await this.#files()) {
      const path = join(this.folder, file);
      const found = await stat(path).catch(() => undefined);
      if (found) files.push({ path, bytes: found.size, heardMs: found.mtimeMs });
    }
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files.sort((a, b) => a.heardMs - b.heardMs)) {
      if (bytes <= this.mostBytes) return;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
  }

  async #files(): Promise<string[]> {
    const files = await readdir(this.folder).catch(() => []);
    return files.filter((file) => file.endsWith(ending));
  }

  #path(name: string): string {
    if (!shape.test(name)) throw new Error('no name of a sound');
    return join(this.folder, name + ending);
  }
}
