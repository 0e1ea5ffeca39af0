import { join } from 'node:path';
import { cacheDirOf, report, root } from './project.mjs';
import { checkEnvironment, isInstalled, makeEnvironment } from './python-environment.mjs';

/** @returns {import('./python-environment.mjs').Environment} of examples/python-data-audio */
function environment() {
  return {
    what: "LiveKit's Python SDK",
    place: join(cacheDirOf(process.env), 'python-example'),
    requirements: join(root, 'examples/python-data-audio/requirements.txt'),
    tryOut: 'from livekit import rtc; rtc.Room',
    glance: 'from livekit import rtc',
    oldest: { major: 3, minor: 9 },
  };
}

/** @returns {Promise<string | undefined>} what is missing to run the example */
export function checkPythonExample() {
  return checkEnvironment(environment(), 'the Python example');
}

/**
 * What examples/python-data-audio needs, in a Python environment in the cache folder, for the tests.
 * @returns {Promise<string>} the path of its Python
 * @throws {import('./give-up.mjs').StepFailed}
 */
export async function ensurePythonExample() {
  if (!(await isInstalled(environment()))) {
    report("getting LiveKit's Python SDK for the Python example (about 50 MB)...");
    await makeEnvironment(environment());
  }
  return join(environment().place, 'bin/python');
}
