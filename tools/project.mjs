import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * Where what was downloaded or built is kept: for the user, not for the checkout, so that a second clone is quick.
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheDirOf(env) {
  const perUser = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'parley');
  return resolve(root, env.PARLEY_CACHE_DIR || perUser);
}

/** @param {string} text what happens and why, for the person who waits */
export function report(text) {
  console.log(`parley: ${text}`);
}

/**
 * Settings may stand in a file `.env` beside package.json; the real environment wins. Everything we start, the
 * server too, is then told the cache folder, so that all mean the same one.
 */
export function loadEnvironment() {
  try {
    process.loadEnvFile(join(root, '.env'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  process.env.PARLEY_CACHE_DIR = cacheDirOf(process.env);
}

/**
 * Whether a result is missing or older than anything that it is made from.
 * @param {string} result path of a file
 * @param {readonly string[]} sources paths of files and folders; a folder counts with all in it, so that a deleted
 *   file is noticed too
 */
export function isStale(result, sources) {
  const madeMs = modifiedMs(join(root, result));
  return sources.some((source) => newestMs(join(root, source)) > madeMs);
}

/** @param {string} path */
function newestMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules');
  return Math.max(stat.mtimeMs, ...inside.map((name) => newestMs(join(path, name))));
}

/** @param {string} path @returns 0 when it is not there */
function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
