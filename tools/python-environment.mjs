import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf, run, which } from './exec.mjs';
import { StepFailed } from './give-up.mjs';

/**
 * A Python environment of its own in the cache folder.
 * @typedef {object} Environment
 * @property {string} what of the sentence "installing ... failed"
 * @property {string} place its folder
 * @property {string} requirements path of the file that says what is in it; changing that makes a new one
 * @property {string} tryOut a line of Python that works when it does
 * @property {string} glance a quicker one, for every later start
 * @property {{ major: number; minor: number }} oldest Python that its packages have wheels for
 */

const stamp = 'installed.txt';
const printVersion = 'import sys; print("%d.%d" % sys.version_info[:2])';

/**
 * What is missing to make an environment.
 * @param {Environment} environment
 * @param {string} purpose begins the sentence: "... needs Python"
 * @returns {Promise<string | undefined>} a sentence with the one command that gets it; nothing when it is or can be made
 */
export async function checkEnvironment(environment, purpose) {
  if (await isInstalled(environment)) return undefined;
  const mac = process.platform === 'darwin';
  const python = which('python3');
  const version = python && (await outputOf(python, ['-c', printVersion]));
  const [major = 0, minor = 0] = (version ?? '').trim().split('.').map(Number);
  const { major: oldMajor, minor: oldMinor } = environment.oldest;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    const why = version ? `this is ${version.trim()}` : 'there is none';
    const get = mac ? 'brew install python' : 'sudo apt-get install -y python3 python3-venv';
    return `${purpose} needs Python ${oldMajor}.${oldMinor} or newer, ${why}. Get it with: ${get}`;
  }
  if ((await outputOf(python, ['-c', 'import venv, ensurepip'])) === undefined) {
    const get = mac ? 'brew install python' : 'sudo apt-get install -y python3-venv';
    return `${purpose} needs Python's venv, which is missing. Get it with: ${get}`;
  }
  return undefined;
}

/**
 * Makes the environment unless it is there. It is built beside its place and moved there when it works: stopping
 * half-way, or two doing this at once, does no harm.
 * @param {Environment} environment
 * @returns {Promise<void>}
 * @throws {StepFailed}
 */
export async function makeEnvironment(environment) {
  const { what, place, requirements, tryOut } = environment;
  const building = `${place}.${process.pid}`;
  const python = join(building, 'bin/python');
  try {
    mkdirSync(dirname(place), { recursive: true });
    const system = which('python3') ?? 'python3';
    await must('making a Python environment', system, ['-m', 'venv', building]);
    const quietly = ['--quiet', '--disable-pip-version-check', '--no-input'];
    const install = ['-m', 'pip', 'install', ...quietly, '-r', requirements];
    await must(`installing ${what}`, python, install);
    await must(`starting ${what}`, python, ['-c', tryOut]);
    writeFileSync(join(building, stamp), readFileSync(requirements));
    if (!(await isInstalled(environment))) {
      rmSync(place, { recursive: true, force: true });
      renameSync(building, place);
    }
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/**
 * Whether the right version is there and still runs: a newer Python of the system can make it useless.
 * @param {Environment} environment
 */
export async function isInstalled({ place, requirements, glance }) {
  try {
    const told = readFileSync(join(place, stamp), 'utf8');
    if (told !== readFileSync(requirements, 'utf8')) return false;
  } catch {
    return false;
  }
  return (await outputOf(join(place, 'bin/python'), ['-c', glance])) !== undefined;
}

async function must(what, file, args) {
  if ((await run(file, args)) !== 0) throw new StepFailed(`${what} failed`);
}
