import { dispose } from '@livekit/rtc-node';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Caller, Refused } from '../../bench/caller.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, exchange, since, speakQuickly } from './support/calls.ts';
import { Parley, type ParleyOptions } from './support/server.ts';

const answer = 'Down the hill. You cannot miss it.';
const longAnswer =
  'The harbour lies below the hill behind the old mill on the other side of the river. Follow the ' +
  'path until you see the masts, then ask for the keeper, and tell him that I sent you.';

describe('what survives', () => {
  const folders = new Set<string>();
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeEach(async () => {
    provider = await ScriptedProvider.open();
    provider.reply = () => answer;
    speakQuickly(provider);
  });

  afterEach(async () => {
    await calls.leaveAll();
    await parley.stop();
    await provider.close();
  });

  afterAll(async () => {
    await dispose();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  async function start(options: Partial<ParleyOptions> = {}): Promise<void> {
    parley = await Parley.start({ provider, ...options });
    folders.add(parley.dataDir);
  }

  const lastPrompt = () => provider.llm.requests.at(-1)?.messages.slice(1) ?? [];
  const promptTexts = () => lastPrompt().map(({ content }) => content);

  it('a conversation survives that everything is killed at once, for its own character alone', async () => {
    await start();
    const before = await calls.open();
    await exchange(before, 'My boat is called Gull.');
    const { character_session_id } = before.answer;
    await parley.killEverything();
    await before.leave();

    await start({ dataDir: parley.dataDir });
    const after = await calls.open({ body: { character_session_id }, greeting: false });
    expect(after.answer.character_session_id).toBe(character_session_id);
    await exchange(after, 'What is it called?');
    expect(promptTexts().slice(-3)).toEqual([
      'My boat is called Gull.',
      answer,
      'What is it called?',
    ]);

    const [, other] = await parley.characters();
    const foreign = Caller.connect({
      url: parley.url,
      apiKey: parley.apiKey,
      body: { character_id: other?.id, character_session_id },
    });
    await expect(foreign).rejects.toThrow(Refused);
  });

  it.each([
    ['by another process', '2'],
    ['by its successor', '1'],
  ])(
    'a conversation whose agent process is killed is taken over %s, and its client stays',
    async (_, agents) => {
      await start({ env: { AGENTS: agents } });
      const caller = await calls.open();
      await exchange(caller, 'My boat is called Gull.');
      provider.reply = () => longAnswer;
      // It has not come to its end, however late the process is killed.
      provider.llm.next({ kind: 'stall', afterPieces: 20 });
      const from = since(caller);
      await caller.send({ type: 'user_text_message', data: { text: 'Where is the harbour?' } });
      await caller.message('bot-started-speaking', from);
      const asked = provider.llm.requests.length;
      for (const pid of parley.agentPids) if (agents === '1') process.kill(pid, 'SIGKILL');
      if (agents === '2') process.kill(await agentOfTheCall(caller), 'SIGKILL');

      // Somebody else takes up the turn that was open.
      await caller.until(
        () => provider.llm.requests.length > asked || undefined,
        'the answer to be taken up',
      );
      expect(promptTexts()).toContain('Where is the harbour?');
      expect(promptTexts()).toContain('My boat is called Gull.');
      await caller.message('bot-turn-completed', from);
      expect(caller.connected).toBe(true);
      provider.reply = () => answer;
      await exchange(caller, 'And the ferry?');
      expect(promptTexts()).toContain('Where is the harbour?');
      expect(caller.connected).toBe(true);
    },
  );

  /** The process whose log says that it has this session. */
  async function agentOfTheCall(caller: Caller): Promise<number> {
    return caller.until(() => {
      for (const line of parley.output.split('\n')) {
        if (!line.includes(caller.answer.session_id) || !line.includes('client is here')) continue;
        const pids = [...line.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
        const pid = pids.find((candidate) => parley.agentPids.includes(candidate));
        if (pid !== undefined) return pid;
      }
      return undefined;
    }, 'the agent to say that it has the call');
  }

  it('no turn is lost when it is told to stop, nothing stays behind, and it starts again on the same data', async () => {
    await start();
    const before = await calls.open();
    await exchange(before, 'My boat is called Gull.');
    provider.reply = () => longAnswer;
    // It takes longer than any stop.
    speakQuickly(provider, 60);
    const from = since(before);
    await before.send({ type: 'user_text_message', data: { text: 'Where is the harbour?' } });
    const { atMs } = await before.message('bot-started-speaking', from);
    const enough = () => 10 * before.sound.loudFramesAfter(atMs) >= 1_000 || undefined;
    await before.until(enough, 'the answer to be heard');
    const { character_session_id } = before.answer;
    expect(await parley.stop()).toBe(0);
    await before.leave();

    provider.reply = () => answer;
    speakQuickly(provider);
    await start({ dataDir: parley.dataDir });
    const after = await calls.open({ body: { character_session_id }, greeting: false });
    await exchange(after, 'Where were we?');
    const prompt = lastPrompt();
    expect(prompt.map(({ content }) => content)).toContain('My boat is called Gull.');
    const cut = prompt.at(-2);
    expect(prompt.at(-3)?.content).toBe('Where is the harbour?');
    expect(cut?.role).toBe('assistant');
    expect(cut?.content.endsWith('—')).toBe(true);
    expect(longAnswer.startsWith(cut?.content.slice(0, -1) ?? '?')).toBe(true);
  });

  it('nothing is left of a client that leaves, nor of one that never comes', async () => {
    await start({ env: { JOIN_TIMEOUT_SECONDS: '5', SESSIONS_PER_AGENT: '6', WARM_ROOMS: '2' } });
    const caller = await calls.open();
    await parley.untilGauge('sessions_live', 1);
    await caller.leave();
    await parley.untilGauge('sessions_live', 0);

    const [character] = await parley.characters();
    const statuses = new Map<number, number>();
    const connect = async () => {
      const response = await fetch(`${parley.url}/connect`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': parley.apiKey },
        body: JSON.stringify({ character_id: character?.id }),
      });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    };
    // More at once than there are places: some are too many, however slowly they are answered.
    for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 10 }, connect));
    // Full is said plainly, and soon passes.
    expect([...statuses.keys()].sort()).toEqual([200, 503]);
    await parley.untilGauge('sessions_claimed', 0);
    await parley.untilGauge('rooms_warm', 2);
    expect(parley.agentPids).toHaveLength(1);
    await exchange(await calls.open(), 'Is anybody there?');
  });
});
