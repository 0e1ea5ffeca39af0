import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kindOf, type Caller } from '../../bench/caller.ts';
import { CastEntry } from '../../src/protocol/cast-entry.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, dataOf, exchange, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

describe('a server that is full', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    speakQuickly(provider);
    provider.reply = () => 'As you say.';
  });

  afterEach(async () => {
    await calls.leaveAll();
  });

  afterAll(async () => {
    await dispose();
    await provider.close();
  });

  /** A connect as it is answered, whatever the answer. */
  const ask = (body: object) =>
    fetch(`${parley.url}/connect`, {
      method: 'POST',
      headers: { 'X-API-Key': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  const talks = async (caller: Caller) =>
    expect(answerText(await exchange(caller, 'Are you there?'))).toBe('As you say.');

  describe('because every place is taken', () => {
    beforeAll(async () => {
      parley = await Parley.start({ provider, env: { SESSIONS_PER_AGENT: '2' } });
    });
    afterAll(() => parley.close());

    it('says so before it looks for the character, and the others go on talking', async () => {
      await parley.untilGauge('sessions_free', 2);
      // Refused for what they asked: none of these keeps a place.
      for (let at = 0; at < 4; at++) expect((await ask({ character_id: nobody })).status).toBe(404);
      const [one, other] = [await calls.open(), await calls.open()];
      const answers = await Promise.all([
        ...[1, 2, 3].map(() => ask({ character_id: nobody })),
        talks(one),
        talks(other),
      ]);
      for (const answer of answers.slice(0, 3)) {
        if (!answer) throw new Error('no answer');
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await answer.json()).toMatchObject({
          code: 'no_agent_free',
          message: 'Every voice agent is busy. Try again soon.',
        });
      }
      expect(await parley.gauge('sessions_refused_total{reason="places"}')).toBe(3);
      await one.leave();
      await parley.untilGauge('sessions_free', 1);
      expect((await ask({ character_id: nobody })).status).toBe(404);
      await calls.open();
    });

    it('lets in as many of several characters as have a place, and tells of the others', async () => {
      await parley.untilGauge('sessions_free', 2);
      const [first] = await parley.characters();
      const characters = [1, 2, 3].map(() => ({ character_id: first?.id }));
      const body = { character_id: undefined, characters, end_user_id: 'ann' };
      const caller = await calls.open({ body });
      expect(caller.answer.partial_dispatch).toBe(true);
      const cast = CastEntry.array().length(3).parse(caller.answer.characters);
      expect(cast.map(({ provisioning_status }) => provisioning_status)).toEqual([
        ...['dispatch_accepted', 'dispatch_accepted', 'dispatch_failed'],
      ]);
      expect(cast[2]?.failure_code).toBe('no_agent_free');
      await talks(caller);
      const ready = caller.received.flatMap(({ message }) =>
        kindOf(message) === 'bot-ready' ? [dataOf(message)['membership_id']] : [],
      );
      expect(new Set(ready)).toEqual(new Set(cast.slice(0, 2).map((one) => one.membership_id)));
      expect((await ask({ character_id: first?.id })).status).toBe(503);
    });

    it('has places again with each agent that is started by hand, as many as that one has', async () => {
      await parley.untilGauge('sessions_free', 2);
      const byHand = startAgent(parley, { SESSIONS_PER_AGENT: '3' });
      try {
        await parley.untilGauge('sessions_free', 5);
        for (let at = 0; at < 3; at++) await calls.open({ microphone: false, greeting: false });
        await parley.untilGauge('sessions_free', 2);
      } finally {
        const ended = once(byHand, 'exit');
        byHand.kill('SIGTERM');
        await ended;
      }
      // Those that it had are with the other one now, as far as that has places.
      await parley.untilGauge('sessions_free', 0);
    });
  });

  describe('because its machine is', () => {
    beforeAll(async () => {
      parley = await Parley.start({ provider, env: { CPU_LIMIT_PERCENT: '1' } });
    });
    afterAll(() => parley.close());

    it('takes the first one, then nobody until there is something to spare', async () => {
      const caller = await calls.open();
      await parley.untilGauge('agents_full{reason="cpu"}', 1);
      const [answer] = await Promise.all([ask({ character_id: nobody }), talks(caller)]);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({
        code: 'no_agent_free',
        message: 'Every voice agent is busy: the machine has no CPU to spare. Try again soon.',
      });
      await talks(caller);
      expect(parley.output).toContain('"strainedBy":"cpu"');
      await caller.leave();
      await parley.untilGauge('agents_full{reason="cpu"}', 0);
      expect((await ask({ character_id: nobody })).status).toBe(404);
    });
  });
});

/** An agent process as `npm run agent` starts it. */
function startAgent(parley: Parley, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [resolve('dist/agent/agent.js'), '--server', parley.url], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      PARLEY_DATA_DIR: parley.dataDir,
      CPU_LIMIT_PERCENT: '0',
      ...env,
    },
  });
}
