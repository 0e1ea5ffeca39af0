import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../../..');

/** Where tools were downloaded to or built; `npm test` says where. */
export const cacheDir = process.env['PARLEY_CACHE_DIR'] ?? join(homedir(), '.cache/parley');
