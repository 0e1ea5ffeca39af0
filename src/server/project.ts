import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { SetUpFailed } from '../errors/set-up-failed.ts';

/** The nearest folder above that holds our package.json: the same whether compiled or not. */
export async function projectRoot(): Promise<string> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return folder;
    if (folder === dirname(folder))
      throw new SetUpFailed('package.json is missing: start from the project folder.');
  }
}

/** Ours, of package.json. */
export async function versionOf(root: string): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
