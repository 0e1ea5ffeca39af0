import { buildServer, buildWeb } from './build.mjs';
import { StepFailed } from './exec.mjs';
import { checkLiveKit, preflight, wantsSpeech } from './preflight.mjs';
import { cacheDirOf, report, root } from './project.mjs';
import { checkSpeech, ensureSpeech } from './speech.mjs';

/**
 * Gets and builds all that the server needs, except LiveKit, which the server finds by itself.
 * @param {readonly (() => Promise<string | undefined>)[]} [moreChecks] of what else must be there
 * @throws {StepFailed} when something is missing or fails; it has been said what
 */
export async function setUp(moreChecks = []) {
  // The server, which looks there too, must mean the same folder.
  process.env.PARLEY_CACHE_DIR = cacheDirOf(process.env);
  const speech = wantsSpeech();
  await preflight([checkLiveKit, ...(speech ? [checkSpeech] : []), ...moreChecks]);
  await buildServer();
  await buildWeb();
  if (speech) await ensureSpeech({ cacheDir: cacheDirOf(process.env), log: report });
}

/** Finds livekit-server as the server itself does, so that its first start need not wait for that. */
export async function prepareLiveKit() {
  if (process.env.LIVEKIT_URL) return;
  const built = (path) => import(new URL(`../dist/src/${path}`, import.meta.url).href);
  const { findLiveKit, findSettings } = await built('livekit/find.js');
  const { systemShell } = await built('livekit/shell.js');
  const { systemClock } = await built('lifetime/clock.js');
  const settings = findSettings({ ...process.env }, cacheDirOf(process.env), root);
  const tools = { clock: systemClock, shell: systemShell(systemClock), report };
  report(`LiveKit: ${await findLiveKit(settings, tools)}`);
}

/**
 * Ends the program with what a set-up step said, and no stack trace for what the user can put right.
 * @param {unknown} error
 * @returns {never}
 */
export function giveUp(error) {
  if (error instanceof Error && error.name === 'SetUpFailed') report(error.message);
  else if (!(error instanceof StepFailed)) console.error(error);
  else report(`${error.message}; see above`);
  process.exit(1);
}
