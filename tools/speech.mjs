import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, run, which } from './exec.mjs';
import { StepFailed } from './give-up.mjs';
import { cacheDirOf, root } from './project.mjs';

/** In the cache folder; src/offline/hearing/transcriber.ts looks for Python there. */
const folder = 'speech';
const requirements = join(root, 'tools/speech/requirements.txt');
/** Older ones have no wheel of the recogniser. */
const oldestPython = { major: 3, minor: 8 };

/**
 * What is missing to understand speech without a provider.
 * @returns {Promise<string | undefined>} a sentence with the one command that gets it; nothing when it can be made
 */
export async function checkSpeech() {
  if (await isInstalled(join(cacheDirOf(process.env), folder))) return undefined;
  const mac = process.platform === 'darwin';
  const python = which('python3');
  const version = python && (await outputOf(python, ['-c', printVersion]));
  const [major = 0, minor = 0] = (version ?? '').trim().split('.').map(Number);
  const { major: oldMajor, minor: oldMinor } = oldestPython;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    const why = version ? `this is ${version.trim()}` : 'there is none';
    const get = mac ? 'brew install python' : 'sudo apt-get install -y python3 python3-venv';
    return `understanding speech needs Python ${oldMajor}.${oldMinor} or newer, ${why}. Get it with: ${get}`;
  }
  if ((await outputOf(python, ['-c', 'import venv, ensurepip'])) === undefined) {
    const get = mac ? 'brew install python' : 'sudo apt-get install -y python3-venv';
    return `understanding speech needs Python's venv, which is missing. Get it with: ${get}`;
  }
  return undefined;
}

/**
 * Puts the speech recogniser, in a Python environment of its own, into the cache folder unless it is there. It is
 * built beside its place and moved there when it works: stopping half-way, or two doing this at once, does no harm.
 * @param {{ cacheDir: string; log: (text: string) => void }} options
 * @returns {Promise<void>}
 * @throws {StepFailed}
 */
export async function ensureSpeech({ cacheDir, log }) {
  const place = join(cacheDir, folder);
  if (await isInstalled(place)) return;
  log('getting the speech recogniser: PocketSphinx with its model of English (about 40 MB)...');
  const startedMs = Date.now();
  const building = `${place}.${process.pid}`;
  const python = join(building, 'bin/python');
  try {
    mkdirSync(cacheDir, { recursive: true });
    await must('making a Python environment', which('python3') ?? 'python3', [
      '-m',
      'venv',
      building,
    ]);
    const install = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-input',
    ];
    await must('installing the speech recogniser', python, [...install, '-r', requirements]);
    await must('starting the speech recogniser', python, ['-c', tryOut]);
    writeFileSync(join(building, stamp), readFileSync(requirements));
    if (!(await isInstalled(place))) {
      rmSync(place, { recursive: true, force: true });
      renameSync(building, place);
    }
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  log(`the speech recogniser took ${((Date.now() - startedMs) / 1000).toFixed(0)} s`);
}

const stamp = 'installed.txt';
const printVersion = 'import sys; print("%d.%d" % sys.version_info[:2])';
const tryOut = 'import pocketsphinx; pocketsphinx.Decoder(loglevel="ERROR")';

/** Whether the right version is there and still runs: a newer Python of the system can make it useless. */
async function isInstalled(place) {
  try {
    const told = readFileSync(join(place, stamp), 'utf8');
    if (told !== readFileSync(requirements, 'utf8')) return false;
  } catch {
    return false;
  }
  return (await outputOf(join(place, 'bin/python'), ['-c', 'import pocketsphinx'])) !== undefined;
}

async function must(what, file, args) {
  if ((await run(file, args)) !== 0) throw new StepFailed(`${what} failed`);
}
