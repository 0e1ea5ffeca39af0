import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Refused, type Caller } from '../../bench/caller.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, dataOf, since, speakQuickly } from './support/calls.ts';
import { orderProblems } from './support/message-order.ts';
import { Parley } from './support/server.ts';

describe('what a session may take', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    speakQuickly(provider);
    provider.reply = () => 'Very well.';
    // Between warning and end a busy machine may stand still for a while.
    const env = { IDLE_TIMEOUT_SECONDS: '11', IDLE_WARNING_SECONDS: '8' };
    parley = await Parley.start({ provider, env });
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  /** The compiled program, as `npm run keys` runs it, beside the running server. */
  async function keys(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return promisify(execFile)(process.execPath, [resolve('dist/src/keys-cli.js'), ...args], {
      env: { PATH: process.env['PATH'], PARLEY_DATA_DIR: parley.dataDir },
    });
  }

  async function newKey(...limits: string[]): Promise<{ apiKey: string; id: string }> {
    const { stdout, stderr } = await keys('create', 'game', ...limits);
    const id = /Key (\S+) of/.exec(stderr)?.[1] ?? '';
    return { apiKey: stdout.trim(), id };
  }

  const gone = (caller: Caller) => caller.until(() => !caller.connected || undefined, 'the end');

  it('is warned of when nobody talks, then ends', async () => {
    const caller = await calls.open({ microphone: false });
    const warning = await caller.message('user-idle-warning');
    expect(dataOf(warning.message)).toEqual({
      type: 'user-idle-warning',
      remaining_seconds: 8,
      message: "You've been idle. You will be disconnected in 8 seconds.",
    });
    const reset = since(caller);
    await caller.send({ type: 'reset-idle-timer' });
    await caller.message('server-response', reset);
    const again = since(caller);
    await caller.message('user-idle-warning', again);
    await gone(caller);
    expect(orderProblems(caller.received.map(({ message }) => message))).toEqual([]);
  });

  it('is no more than the sessions that its key may have at once', async () => {
    const { apiKey } = await newKey('--max-sessions', '1');
    const first = await calls.open({ apiKey, microphone: false });
    const refused = await calls.open({ apiKey }).catch((err: unknown) => err);
    expect(refused).toBeInstanceOf(Refused);
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'concurrency_limit_reached' },
    });
    await first.leave();
    await gone(first);
    await expect
      .poll(() => calls.open({ apiKey, microphone: false }).catch(() => undefined), {
        timeout: 90_000,
        interval: 200,
      })
      .toBeDefined();
  });

  it('ends when the minutes of its key are used up, and no other begins', async () => {
    const { apiKey, id } = await newKey();
    const caller = await calls.open({ apiKey, microphone: false });
    const alive = setInterval(() => {
      // At its end the room is gone.
      caller.send({ type: 'reset-idle-timer' }).catch(() => undefined);
    }, 1_000);
    try {
      await keys('limit', id, '--max-minutes-per-day', '0');
      const told = await caller.message('usage-limit-reached');
      expect(dataOf(told.message)).toMatchObject({ quota_type: 'minutes' });
      await gone(caller);
    } finally {
      clearInterval(alive);
    }
    await expect(calls.open({ apiKey })).rejects.toMatchObject({
      status: 429,
      body: { code: 'usage_limit_reached' },
    });
    await keys('limit', id, '--max-minutes-per-day', 'none');
    await calls.open({ apiKey, microphone: false, greeting: false });
  });
});
