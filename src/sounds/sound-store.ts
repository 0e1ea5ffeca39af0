import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { WholeSound } from './whole-sound.ts';

/** What a sound is kept under: letters of hex and dashes, nothing that a path could be made of. */
const shape = /^[0-9a-f-]{1,128}$/;
const ending = '.wav';
const unfinished = '.half';

/**
 * Sounds on disk, whole ones only, up to so many bytes: the one longest unheard goes first. Nobody else writes into
 * its folder. When a sound was made is its file's time of change, when it was last heard its time of access.
 */
export class SoundStore {
  /** Bytes of each sound, the one longest unheard first. */
  #kept: Promise<Map<string, number>> | undefined;
  #bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly mostBytes: number,
  ) {}

  /** @returns undefined when it is not kept (any more). Once open, it can be read though it is removed meanwhile */
  async open(name: string): Promise<WholeSound | undefined> {
    const kept = await this.#list();
    if (!kept.has(name)) return undefined;
    let file: FileHandle;
    try {
      file = await open(this.#path(name), 'r');
    } catch {
      this.#drop(kept, name);
      return undefined;
    }
    try {
      const { size, mtime } = await file.stat();
      await file.utimes(new Date(), mtime).catch(() => undefined);
      this.#drop(kept, name);
      this.#add(kept, name, size);
      return new KeptSound(file, size, mtime);
    } catch (cause) {
      await file.close();
      throw cause;
    }
  }

  /** Keeps a whole sound, however large it is; one that is half written is never found. */
  async keep(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const path = this.#path(name);
    const kept = await this.#list();
    await mkdir(this.folder, { recursive: true });
    const half = join(this.folder, randomUUID() + unfinished);
    try {
      const file = await open(half, 'wx', 0o600);
      try {
        // Whole pieces, or none: a single write may stop short where the disk is nearly full.
        for (const piece of pieces) await file.appendFile(piece);
        // Whole milliseconds: what is finer does not survive being written back when it is heard.
        const now = new Date();
        await file.utimes(now, now);
      } finally {
        await file.close();
      }
      await rename(half, path);
    } finally {
      await rm(half, { force: true });
    }
    this.#drop(kept, name);
    this.#add(
      kept,
      name,
      pieces.reduce((sum, piece) => sum + piece.byteLength, 0),
    );
    await this.#makeRoom(kept, name);
  }

  async names(): Promise<string[]> {
    return [...(await this.#list()).keys()];
  }

  async forget(names: readonly string[]): Promise<void> {
    const kept = await this.#list();
    for (const name of names) {
      if (!this.#drop(kept, name)) continue;
      await rm(this.#path(name), { force: true });
    }
  }

  /** @param newest stays, though it may be larger than all that there is room for: somebody is about to hear it */
  async #makeRoom(kept: Map<string, number>, newest: string): Promise<void> {
    for (const name of kept.keys()) {
      if (this.#bytes <= this.mostBytes) return;
      if (name === newest) continue;
      this.#drop(kept, name);
      await rm(this.#path(name), { force: true });
    }
  }

  #add(kept: Map<string, number>, name: string, bytes: number): void {
    kept.set(name, bytes);
    this.#bytes += bytes;
  }

  #drop(kept: Map<string, number>, name: string): boolean {
    this.#bytes -= kept.get(name) ?? 0;
    return kept.delete(name);
  }

  #list(): Promise<Map<string, number>> {
    return (this.#kept ??= this.#read());
  }

  /** What an earlier process kept; what it left half written goes. */
  async #read(): Promise<Map<string, number>> {
    const found: { name: string; bytes: number; heardMs: number }[] = [];
    for (const file of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, file);
      if (file.endsWith(unfinished)) await rm(path, { force: true });
      const name = file.slice(0, -ending.length);
      if (!file.endsWith(ending) || !shape.test(name)) continue;
      const there = await stat(path).catch(() => undefined);
      if (there) found.push({ name, bytes: there.size, heardMs: there.atimeMs });
    }
    const kept = new Map<string, number>();
    for (const { name, bytes } of found.sort((a, b) => a.heardMs - b.heardMs))
      this.#add(kept, name, bytes);
    return kept;
  }

  #path(name: string): string {
    if (!shape.test(name)) throw new Error('no name of a sound');
    return join(this.folder, name + ending);
  }
}

class KeptSound implements WholeSound {
  readonly tag: string;

  constructor(
    private readonly file: FileHandle,
    readonly bytes: number,
    madeAt: Date,
  ) {
    this.tag = `${madeAt.getTime().toString(36)}-${bytes.toString(36)}`;
  }

  read(range: { start: number; end: number }) {
    return this.file.createReadStream(range);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
