/** `node tools/run.mjs agent|bench|keys ...`: compiles what changed, then is that program, in this same process. */
import { buildServer } from './build.mjs';
import { giveUp } from './give-up.mjs';
import { preflight } from './preflight.mjs';
import { loadEnvironment, report } from './project.mjs';

const programs = new Map([
  ['agent', 'dist/agent/agent.js'],
  ['bench', 'dist/bench/main.js'],
  ['keys', 'dist/src/keys-cli.js'],
]);

const [name = '', ...args] = process.argv.slice(2);
const program = programs.get(name);
if (program === undefined) {
  report(`there is no program "${name}", only ${[...programs.keys()].join(', ')}`);
  process.exit(2);
}
try {
  loadEnvironment();
  await preflight([]);
  await buildServer();
} catch (error) {
  giveUp(error);
}
const url = new URL(`../${program}`, import.meta.url);
process.argv = [process.execPath, url.pathname, ...args];
await import(url.href);
