import { buildServer, buildWeb } from './build.mjs';
import { checkLiveKit, preflight, wantsSpeech } from './preflight.mjs';
import { cacheDirOf, report, root } from './project.mjs';
import { checkSpeech, ensureSpeech } from './speech.mjs';

/**
 * Gets and builds all that the server needs, except LiveKit, which the server finds by itself.
 * @param {readonly (() => Promise<string | undefined>)[]} [moreChecks] of what else must be there
 * @throws {import('./give-up.mjs').StepFailed} when something is missing or fails; it has been said what
 */
export async function setUp(moreChecks = []) {
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
