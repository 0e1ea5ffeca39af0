import { run, which } from './exec.mjs';

/** Whether packages of the system can be installed from here: by Debian's root. */
export function canUseApt() {
  return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

/** @param {string} name of a package of the system */
export async function installPackage(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-q', 'update'], { env });
  await run('apt-get', ['-q', 'install', '-y', '--no-install-recommends', name], { env });
}
