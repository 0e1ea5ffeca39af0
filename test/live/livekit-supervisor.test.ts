import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  ContinualGatheringPolicy,
  dispose,
  IceTransportType,
  Room,
  RoomEvent,
  type RoomOptions,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { SetUpFailed } from '../../src/errors/set-up-failed.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { LiveKit } from '../../src/livekit/supervisor.ts';
import { connectRoom } from '../../src/room/connect-room.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { processAlive } from '../fakes/process-alive.ts';
import { startTestLiveKit, testKeys, testLiveKitSettings } from './start-livekit.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => {
  await dispose();
});

async function started(...args: Parameters<typeof startTestLiveKit>): Promise<LiveKit> {
  const livekit = await startTestLiveKit(...args);
  closers.push(() => livekit.close());
  return livekit;
}

async function join(url: string, identity: string, options: Partial<RoomOptions> = {}) {
  const token = new AccessToken(testKeys.apiKey, testKeys.apiSecret, { identity });
  token.addGrant({ roomJoin: true, room: 'a-room' });
  const room = new Room();
  await connectRoom(room, url, await token.toJwt(), options);
  closers.push(() => room.disconnect());
  return room;
}

const relayOnly = {
  rtcConfig: {
    iceServers: [],
    iceTransportType: IceTransportType.TRANSPORT_RELAY,
    continualGatheringPolicy: ContinualGatheringPolicy.GATHER_CONTINUALLY,
  },
};

describe('a real livekit-server', () => {
  it('lets clients in that use nothing but the relay, and carries their messages', async () => {
    const { url } = await started();
    const hearer = await join(url, 'hearer', relayOnly);
    const heard = new Promise((resolve) => {
      hearer.on(RoomEvent.DataReceived, (data: Uint8Array) => {
        resolve(Buffer.from(data).toString());
      });
    });
    const speaker = await join(url, 'speaker', relayOnly);
    await speaker.localParticipant?.publishData(Buffer.from('hello'), { reliable: true });
    expect(await heard).toBe('hello');
  });

  it('comes back after it was killed', async () => {
    const changes: string[] = [];
    const livekit = await started({ onChange: (state) => changes.push(state) });
    const { pid } = livekit;
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => changes.includes('up'), { timeout: 90_000 });
    expect(changes).toEqual(['down', 'up']);
    expect(livekit.pid).not.toBe(pid);
    await join(livekit.url, 'somebody');
  });

  it('ends when it is closed, with participants inside, and is not started again', async () => {
    const changes: string[] = [];
    const livekit = await started({ onChange: (state) => changes.push(state) });
    await join(livekit.url, 'somebody');
    await livekit.close();
    expect(processAlive(livekit.pid)).toBe(false);
    expect(changes).toEqual([]);
  });

  it('names the port that is in use and the setting that moves it', async () => {
    const settings = await testLiveKitSettings();
    const other = createServer().listen({ host: '127.0.0.1', port: settings.ports.http });
    await once(other, 'listening');
    closers.push(() => new Promise((resolve) => other.close(resolve)));
    const start = LiveKit.start(settings, { clock: systemClock, log: silentLog });
    await expect(start).rejects.toThrow(SetUpFailed);
    await expect(start).rejects.toThrow(
      `TCP port ${settings.ports.http} on 127.0.0.1 is in use, by another livekit-server or another Parley? Stop that one, set LIVEKIT_PORT to a free port`,
    );
  });

  it('says what livekit-server said when it does not start', async () => {
    const settings = await testLiveKitSettings();
    const template = `${settings.template}\nno_such_setting: 1\n`;
    const start = LiveKit.start({ ...settings, template }, { clock: systemClock, log: silentLog });
    await expect(start).rejects.toThrow(/did not start.*no_such_setting/);
  });

  it('is gone when the server that runs it was killed', async () => {
    const settings = await testLiveKitSettings();
    const built = (path: string) =>
      JSON.stringify(new URL(`../../dist/src/${path}`, import.meta.url));
    const owner = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { systemClock } from ${built('lifetime/clock.js')};
         import { LiveKit } from ${built('livekit/supervisor.js')};
         import { silentLog } from ${built('telemetry/log.js')};
         const settings = JSON.parse(process.env.SETTINGS);
         const livekit = await LiveKit.start(settings, { clock: systemClock, log: silentLog });
         console.log(livekit.pid);`,
      ],
      { env: { SETTINGS: JSON.stringify(settings) }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    closers.push(() => Promise.resolve(owner.kill('SIGKILL')));
    owner.stdout.setEncoding('utf8');
    const pid = Number(
      await new Promise((resolve, reject) => {
        owner.stdout.once('data', resolve);
        owner.once('exit', () => {
          reject(new Error('the owner ended; is dist/ up to date? npm run test:live builds it'));
        });
      }),
    );
    expect(processAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await vi.waitUntil(() => !processAlive(pid), { timeout: 60_000 });
    // Its ports are free again at once: the next start succeeds.
    const next = await LiveKit.start(settings, { clock: systemClock, log: silentLog });
    await next.close();
  });
});
