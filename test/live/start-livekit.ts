import { networkInterfaces, homedir } from 'node:os';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/lifetime/clock.ts';
import { findLiveKit, findSettings, type FindSettings } from '../../src/livekit/find.ts';
import { liveKitNetwork } from '../../src/livekit/network.ts';
import { LiveKitPorts, type LiveKitKeys } from '../../src/livekit/settings.ts';
import { systemShell } from '../../src/livekit/shell.ts';
import { LiveKit, type LiveKitSettings, type LiveKitTools } from '../../src/livekit/supervisor.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { freePorts } from '../fakes/free-ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const testKeys: LiveKitKeys = {
  apiKey: 'test-key',
  apiSecret: 'a-secret-for-tests-that-is-long-enough-for-livekit',
};

/** As the server itself finds it; `npm test` has put it into the cache before. */
function testFindSettings(): FindSettings {
  const set = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const env = Object.fromEntries(set);
  const cacheHome = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return findSettings(env, env['PARLEY_CACHE_DIR'] ?? join(cacheHome, 'parley'), root);
}

/** Settings for a real livekit-server on ports that nobody uses. */
export async function testLiveKitSettings(): Promise<LiveKitSettings> {
  const [http, rtcTcp, rtcUdp, turnUdp] = await freePorts(4);
  return {
    binary: await findLiveKit(testFindSettings(), {
      clock: systemClock,
      shell: systemShell(systemClock),
      report: (text) => {
        process.stderr.write(`${text}\n`);
      },
    }),
    template: await readFile(join(root, 'livekit.yaml'), 'utf8'),
    network: liveKitNetwork('127.0.0.1', undefined, networkInterfaces()),
    ports: LiveKitPorts.parse({ http, rtcTcp, rtcUdp, turnUdp }),
    keys: testKeys,
  };
}

/** A real livekit-server for one test file. Its caller closes it. */
export async function startTestLiveKit(tools: Partial<LiveKitTools> = {}): Promise<LiveKit> {
  const settings = await testLiveKitSettings();
  return await LiveKit.start(settings, { clock: systemClock, log: silentLog, ...tools });
}
