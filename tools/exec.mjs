import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './project.mjs';

/**
 * Runs a program in the project's folder, showing what it writes. If we are told to end meanwhile, so is it.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 1 when it was killed or could not start
 */
export async function run(file, args, { env = process.env } = {}) {
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const pass = (signal) => {
    child.kill(signal);
    process.exitCode = 130;
  };
  process.on('SIGTERM', pass);
  process.on('SIGINT', pass);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('close', (code) => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGTERM', pass);
    process.off('SIGINT', pass);
  }
}

/**
 * What a program prints, without showing it.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {number} [timeoutMs]
 * @returns {Promise<string | undefined>} nothing when it failed, is missing, or took too long
 */
export async function outputOf(file, args, timeoutMs = 15_000) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeoutMs });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (piece) => (text = (text + piece).slice(-10_000)));
  return await new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? text : undefined));
  });
}

/**
 * The first executable of that name.
 * @param {string} name
 * @param {readonly string[]} [folders] to look in after PATH
 */
export function which(name, folders = []) {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...path, ...folders].map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} url @returns {Promise<boolean>} whether it answers within four seconds */
export async function reachable(url) {
  try {
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
    return answer.ok;
  } catch {
    return false;
  }
}
