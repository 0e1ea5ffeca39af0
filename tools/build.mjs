import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './exec.mjs';
import { StepFailed } from './give-up.mjs';
import { isStale, report, root } from './project.mjs';

const vite = ['node_modules/vite/bin/vite.js', 'build'];

/** Compiles src/ and bench/ to dist/, and the agent process to one file in it, when they changed since the last time. */
export async function buildServer() {
  const stamp = 'dist/.built';
  const configs = ['tsconfig.json', 'tsconfig.build.json', 'agent.config.ts', 'package-lock.json'];
  const sources = ['src', 'bench', ...configs];
  if (!isStale(stamp, sources)) return;
  const startedAt = new Date();
  await timed('compiling the server', [
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.build.json',
  ]);
  await timed('building the agent', [...vite, '-c', 'agent.config.ts']);
  writeFileSync(join(root, stamp), '');
  // A file that was saved while this ran may not be in it: it must count as newer.
  utimesSync(join(root, stamp), startedAt, startedAt);
}

/** Builds the playground to web/dist/, when it changed since the last time. */
export async function buildWeb() {
  if (!isStale('web/dist/index.html', ['web', 'src/protocol', 'package-lock.json'])) return;
  await timed('building the playground', [...vite, 'web']);
}

/** @param {string} what @param {readonly string[]} args of node */
async function timed(what, args) {
  report(`${what}...`);
  const startedMs = Date.now();
  if ((await run(process.execPath, args)) !== 0) throw new StepFailed(`${what} failed`);
  report(`${what} took ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}
