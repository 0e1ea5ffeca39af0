import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { SetUpFailed } from '../errors/set-up-failed.ts';
import type { Closable } from '../lifetime/scope.ts';

/** Another process works on the same data folder. */
export class DataFolderInUse extends SetUpFailed {
  override readonly name = 'DataFolderInUse';
  constructor(
    readonly dataDir: string,
    /** Process id of the holder as it wrote it down; undefined when it has not yet. */
    readonly holderPid: number | undefined,
  ) {
    const holder =
      holderPid === undefined ? 'another process' : `another process (pid ${holderPid})`;
    super(
      `The data folder ${resolve(dataDir)} is in use by ${holder}. ` +
        'Stop it first, or choose another folder with PARLEY_DATA_DIR.',
    );
  }
}

/**
 * Claims a data folder for this process until `close`. The claim is a lock of the operating system on an open file: it
 * ends with the process however that ends, so there is no stale lock to recognise, and it holds between containers that
 * share the folder, whose process ids say nothing to each other. The file itself stays: removing it would let two
 * processes lock two different files of the same name.
 * @throws {DataFolderInUse}
 */
export async function lockFolder(dataDir: string): Promise<Closable> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = await open(join(dataDir, 'lock'), 'a+', 0o600);
  try {
    if (!tryLock(file.fd)) throw new DataFolderInUse(dataDir, await holderPid(file));
    await file.truncate();
    await file.write(`${process.pid}\n`);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  return {
    async close() {
      await file.truncate();
      await file.close();
    },
  };
}

async function holderPid(file: FileHandle): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
  const pid = Number.parseInt(buffer.toString('utf8', 0, bytesRead), 10);
  return Number.isSafeInteger(pid) ? pid : undefined;
}
