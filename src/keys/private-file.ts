import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Reads a file that only its owner may read; when there is none, writes it with what `make` gives. Whole or not at all,
 * and when two processes make it at once, both get the same text.
 * @returns the text, and whether it was made now
 */
export async function keepPrivateFile(
  path: string,
  make: () => string,
): Promise<{ text: string; made: boolean }> {
  const kept = await readPrivate(path);
  if (kept !== undefined) return { text: kept, made: false };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const text = make();
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    return { text, made: true };
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
    return { text: await readFile(path, 'utf8'), made: false };
  } finally {
    await rm(draft, { force: true });
  }
}

async function readPrivate(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    await chmod(path, 0o600);
    return text;
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
