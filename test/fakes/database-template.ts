import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder of this run alone. The first file that needs a database makes one in it, for all others to copy. */
    databaseTemplateDir: string;
  }
}

/** Vitest's global setup: before the first file, and after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-template-'));
  project.provide('databaseTemplateDir', folder);
  return () => rm(folder, { recursive: true, force: true });
}
