import { canUseApt, installPackage } from './apt.mjs';
import { outputOf } from './exec.mjs';
import { report } from './project.mjs';

/** @returns {Promise<string | undefined>} what is missing to send documented requests as they are documented */
export async function checkCurl() {
  if ((await isThere()) || canUseApt()) return;
  const get = process.platform === 'darwin' ? 'brew install curl' : 'sudo apt-get install -y curl';
  return `the tests need curl. Get it with: ${get}`;
}

/** @returns {Promise<boolean>} whether it is there now */
export async function ensureCurl() {
  if (await isThere()) return true;
  report('there is no curl for the tests: installing the package curl (about 2 MB)...');
  if (canUseApt()) await installPackage('curl');
  return isThere();
}

async function isThere() {
  return (await outputOf('curl', ['--version'])) !== undefined;
}
