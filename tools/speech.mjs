import { join } from 'node:path';
import { cacheDirOf, root } from './project.mjs';
import { checkEnvironment, isInstalled, makeEnvironment } from './python-environment.mjs';

/** In the cache folder; src/offline/hearing/transcriber.ts looks for Python there. */
const folder = 'speech';

/** @param {string} cacheDir @returns {import('./python-environment.mjs').Environment} */
function environmentIn(cacheDir) {
  return {
    what: 'the speech recogniser',
    place: join(cacheDir, folder),
    requirements: join(root, 'tools/speech/requirements.txt'),
    tryOut: 'import pocketsphinx; pocketsphinx.Decoder(loglevel="ERROR")',
    glance: 'import pocketsphinx',
    oldest: { major: 3, minor: 8 },
  };
}

/**
 * What is missing to understand speech without a provider.
 * @returns {Promise<string | undefined>} a sentence with the one command that gets it; nothing when it can be made
 */
export function checkSpeech() {
  return checkEnvironment(environmentIn(cacheDirOf(process.env)), 'understanding speech');
}

/**
 * Puts the speech recogniser, in a Python environment of its own, into the cache folder unless it is there.
 * @param {{ cacheDir: string; log: (text: string) => void }} options
 * @returns {Promise<void>}
 * @throws {import('./give-up.mjs').StepFailed}
 */
export async function ensureSpeech({ cacheDir, log }) {
  const environment = environmentIn(cacheDir);
  if (await isInstalled(environment)) return;
  log('getting the speech recogniser: PocketSphinx with its model of English (about 40 MB)...');
  const startedMs = Date.now();
  await makeEnvironment(environment);
  log(`the speech recogniser took ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
}
