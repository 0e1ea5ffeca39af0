/**
 * `npm run turn-taking`: plays the turn-taking test set to a conversation with the default settings, prints what was
 * measured and writes it into docs/turn-taking.md. Takes five to fifteen minutes, nearly all of them the embedded recogniser's.
 */
import { join } from 'node:path';
import { buildServer } from './build.mjs';
import { run } from './exec.mjs';
import { giveUp } from './give-up.mjs';
import { preflight } from './preflight.mjs';
import { cacheDirOf, report, root } from './project.mjs';
import { checkSpeech, ensureSpeech } from './speech.mjs';

const page = join(root, 'docs', 'turn-taking.md');
const cacheDir = cacheDirOf(process.env);
try {
  await preflight([checkSpeech]);
  await buildServer();
  await ensureSpeech({ cacheDir, log: report });
} catch (error) {
  giveUp(error);
}
process.exitCode = await run(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project=live',
    'test/live/turn-taking',
    '--disable-console-intercept',
  ],
  { env: { ...process.env, PARLEY_CACHE_DIR: cacheDir, PARLEY_TURN_TAKING_PAGE: page } },
);
