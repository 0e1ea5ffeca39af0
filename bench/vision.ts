import { setTimeout as delay } from 'node:timers/promises';
import { dispose } from '@livekit/rtc-node';
import { Caller } from './caller.ts';
import { startOwnServer, type Subject } from './own-server.ts';
import { cpuMsOf, rssMbOf } from './processes.ts';

/*
 * What a session that is seen costs the agent process, beside one of sound alone. Run as `node dist/bench/vision.js`
 * after `npm run build`.
 */
const sessions = 2;
const quietMs = 20_000;
const settleMs = 5_000;
const looks = 5;
const video = { width: 1280, height: 720, fps: 30, busy: true };
const kinds = [
  { name: 'sound alone', body: {}, camera: undefined },
  {
    name: '640 x 360, 15 a second',
    body: { connection_type: 'video' },
    camera: { ...video, width: 640, height: 360, fps: 15 },
  },
  { name: '1280 x 720, 30 a second', body: { connection_type: 'video' }, camera: video },
];

const seenFirst = { name: 'warming up', body: { connection_type: 'video' }, camera: video };

type Kind = (typeof kinds)[number];

async function join({ url, apiKey, characterId }: Subject, { body, camera }: Kind) {
  const caller = await Caller.connect({
    ...{ url, apiKey, noisy: true },
    body: { character_id: characterId, default_tts_enabled: false, ...body },
  });
  await caller.message('bot-ready');
  if (camera) (await caller.openCamera(camera)).show([0, 0, 0]);
  return caller;
}

/** Of one session. */
async function cost(subject: Subject, kind: Kind) {
  const pids = subject.agentPids();
  await delay(settleMs);
  const idleMb = rssMbOf(pids);
  const callers = await Promise.all(Array.from({ length: sessions }, () => join(subject, kind)));
  await delay(settleMs);
  const beforeMs = cpuMsOf(pids);
  await delay(quietMs);
  const quietCpuMs = (cpuMsOf(pids) - beforeMs) / sessions / (quietMs / 1000);
  const mb = (rssMbOf(pids) - idleMb) / sessions;
  const beforeLooksMs = cpuMsOf(pids);
  const fromMs = performance.now();
  for (let look = 0; look < looks; look++) {
    const from = callers.map(({ received }) => received.length);
    await Promise.all(
      callers.map(async (caller, index) => {
        await caller.send({ type: 'user_text_message', data: { text: 'What do you see?' } });
        await caller.message('bot-turn-completed', { fromIndex: from[index] ?? 0 });
      }),
    );
    await delay(settleMs);
  }
  const seconds = (performance.now() - fromMs) / 1000;
  const ofLooksMs = (cpuMsOf(pids) - beforeLooksMs) / sessions - quietCpuMs * seconds;
  await Promise.all(callers.map((caller) => caller.leave()));
  return { quietCpuMs, mb, answerMs: ofLooksMs / looks };
}

const subject = await startOwnServer({
  root: process.cwd(),
  providerUrl: 'offline',
  nodeArgs: [],
});
try {
  // The first session of a process pays for what all of them share; so does the first that is seen.
  await cost(subject, seenFirst);
  process.stdout.write(
    '| a session | CPU ms a second, nobody speaking | CPU ms an answer | MB |\n| --- | --- | --- | --- |\n',
  );
  for (const kind of kinds) {
    const { quietCpuMs, mb, answerMs } = await cost(subject, kind);
    process.stdout.write(
      `| ${kind.name} | ${quietCpuMs.toFixed(0)} | ${answerMs.toFixed(0)} | ${mb.toFixed(1)} |\n`,
    );
  }
} finally {
  await subject.close();
  await dispose();
}
