import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, reachable, which } from './exec.mjs';
import { StepFailed } from './give-up.mjs';
import { cacheDirOf, report, root } from './project.mjs';

/**
 * Looks at everything the set-up needs before any of it begins. Each missing thing is named with the one command
 * that gets it.
 * @param {readonly (() => Promise<string | undefined>)[]} checks each says what is missing, or nothing
 * @throws {StepFailed}
 */
export async function preflight(checks) {
  // First and alone: without these the other checks could not even be loaded.
  const unusable = checkNode() ?? checkPackages();
  const missing = unusable ? [unusable] : await Promise.all(checks.map((check) => check()));
  const told = missing.filter((text) => text !== undefined);
  if (told.length === 0) return;
  for (const text of told) report(text);
  throw new StepFailed('something is missing');
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  const get =
    process.platform === 'darwin'
      ? 'brew install node@22'
      : 'curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs';
  return `Node 20.19 or newer is needed, this is ${process.versions.node}. Get it with: ${get}`;
}

function checkPackages() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const absent = names.filter((name) => !existsSync(join(root, 'node_modules', name)));
  if (absent.length === 0) return undefined;
  return `npm packages are missing (${absent.slice(0, 3).join(', ')}...). Get them with: npm ci`;
}

/** Go fetches the newer Go that a module asks for by itself from this version on. */
const oldestGo = 21;

/** Whether src/livekit/find.ts will find one of its sources: the same order, without getting anything yet. */
export async function checkLiveKit() {
  const { env } = process;
  if (env.LIVEKIT_URL || which('livekit-server')) return undefined;
  if (existsSync(join(cacheDirOf(env), 'livekit-server-1.13.5'))) return undefined;
  const go = which('go', ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin']);
  const goVersion = go && (await outputOf(go, ['version']));
  if (Number(/go1\.(\d+)/.exec(goVersion ?? '')?.[1] ?? 0) >= oldestGo) return undefined;
  const mac = process.platform === 'darwin';
  const releases = 'https://github.com/livekit/livekit/releases/download/v1.13.5/checksums.txt';
  if (!mac && (await reachable(releases))) return undefined;
  const why = mac ? '' : ', its releases cannot be reached from here';
  const old = goVersion ? `Go is too old (${goVersion.trim()})` : 'there is no Go';
  const goArch = { x64: 'amd64', arm: 'armv6l' }[process.arch] ?? process.arch;
  const get = mac
    ? 'brew install livekit'
    : `curl -fsSL https://go.dev/dl/go1.26.0.linux-${goArch}.tar.gz | sudo tar -C /usr/local -xz`;
  return `livekit-server is not installed${why}, and ${old} to build it. Get it with: ${get}`;
}

/** The embedded speech is needed unless a recogniser of the user's own is configured. */
export function wantsSpeech() {
  const { env } = process;
  return !['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'STT_BASE_URL', 'STT_API_KEY'].some((n) => env[n]);
}
