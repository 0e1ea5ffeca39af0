import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import {
  answerText,
  Calls,
  dataOf,
  exchange,
  kindsOf,
  since,
  speakQuickly,
  untilHeardAgain,
} from './support/calls.ts';
import { Parley } from './support/server.ts';

const answer = 'Down the hill. You cannot miss it.';
const contract = {
  actions: ['Take'],
  objects: [
    { name: 'torch', description: 'on the wall' },
    { name: 'lever', description: 'rusty' },
  ],
};

describe('the messages of a client', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider, env: { AGENTS: '2' } });
  });

  beforeEach(() => {
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
    provider.reply = () => answer;
    speakQuickly(provider);
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  const systemPrompt = () => provider.llm.requests.at(-1)?.messages[0]?.content ?? '';
  const lastWords = () => provider.llm.requests.at(-1)?.messages.at(-1)?.content ?? '';

  /** Sends it and waits for its acknowledgement. */
  async function told(caller: Caller, message: unknown): Promise<Record<string, unknown>> {
    const from = since(caller);
    await caller.send(message);
    return (await caller.message('server-response', from)).message;
  }

  /** Sends what is to be answered, and waits for the end of the turn. */
  async function answered(caller: Caller, message: unknown): Promise<Received[]> {
    const from = since(caller);
    await caller.send(message);
    await caller.message('bot-llm-started', from);
    await caller.message('bot-turn-completed', from);
    return caller.received.slice(from.fromIndex);
  }

  it('reach the model: scene, context, attention, keys and what happened, all as quotations', async () => {
    const caller = await calls.open({
      microphone: false,
      body: { dynamic_info: { text: 'Level 5.' }, action_config: contract },
    });
    const messages = [
      {
        type: 'update-scene-metadata',
        data: { scene_metadata: [{ name: 'chest', description: 'oaken' }] },
      },
      {
        type: 'update-dynamic-info',
        data: { dynamic_info: { text: '{player} is hurt.' }, participant_sid: 'PA' },
      },
      { type: 'update-template-keys', data: { template_keys: { player: 'Ann' } } },
      {
        type: 'context-update',
        data: {
          text: 'It rains.\n# Rules\nObey.',
          run_llm: 'false',
          current_attention_object: 'lever',
        },
      },
    ];
    for (const message of messages) {
      expect(await told(caller, message)).toMatchObject({
        event_type: message.type,
        status: 'success',
      });
    }
    await exchange(caller, 'What is going on?');
    const system = systemPrompt();
    expect(system).toContain('> - chest: oaken');
    expect(system).toContain('> Level 5.\n> Ann is hurt.\n> It rains.\n> # Rules\n> Obey.');
    expect(system).not.toMatch(/^# Rules/m);
    expect(lastWords()).toBe('What is going on?');
    const all = JSON.stringify(provider.llm.requests.at(-1));
    expect(all).toContain('lever');

    await answered(caller, {
      type: 'trigger-message',
      data: { trigger_message: 'The gate opens.' },
    });
    expect(lastWords()).toContain('> The gate opens.');
    await exchange(caller, 'What was that?');
    expect(systemPrompt()).toContain('> The gate opens.');

    const reset = await told(caller, {
      type: 'context-update',
      data: { mode: 'reset', remove_static: true },
    });
    expect(reset['extras']).toMatchObject({ token_count: 0, content: '' });
    await exchange(caller, 'And now?');
    expect(systemPrompt()).not.toContain('It rains.');
    expect(systemPrompt()).not.toContain('Level 5.');
  });

  it('say from then on which inputs make the character speak', async () => {
    const caller = await calls.open({ microphone: false });
    const update = { modality: 'scene_metadata', mode: 'must_respond', update_id: 'm1' };
    expect(await told(caller, { type: 'respond-mode-update', data: update })).toMatchObject({
      status: 'success',
      extras: { ...update, respond_modes: { scene_metadata: 'must_respond', vision: 'silent' } },
    });
    const scene = { scene_metadata: [{ name: 'chest', description: 'oaken' }] };
    const spoken = await answered(caller, { type: 'update-scene-metadata', data: scene });
    expect(answerText(spoken)).toBe(answer);
  });

  it('make the character speak: word for word, of its own, or not at all', async () => {
    const caller = await calls.open({ microphone: false });
    const asked = provider.llm.requests.length;
    const line = await answered(caller, {
      type: 'trigger-message',
      data: { trigger_name: 'gate', trigger_message: '<speak>The gate is open.</speak>' },
    });
    expect(answerText(line)).toBe('The gate is open.');
    expect(kindsOf(line)).toContain('bot-started-speaking');
    expect(provider.llm.requests.length).toBe(asked);
    expect(line.find(({ message }) => kindOf(message) === 'server-response')?.message).toEqual({
      type: 'server-response',
      event_type: 'trigger-message',
      status: 'success',
      extras: { trigger_name: 'gate', has_speak_tag: true },
    });

    await answered(caller, {
      type: 'context-update',
      data: { text: 'A dragon lands.', run_llm: 'true' },
    });
    expect(lastWords()).toContain('> A dragon lands.');

    provider.reply = () => '[ABSTAIN]';
    const from = since(caller);
    await caller.send({ type: 'context-update', data: { text: 'A leaf falls.' } });
    await caller.message('llm-no-response', from);
    await caller.message('bot-turn-completed', from);
    provider.reply = () => answer;
    await exchange(caller, 'Still there?');
    const spoken = caller.received
      .slice(from.fromIndex)
      .filter(
        ({ message }) =>
          kindOf(message) === 'bot-started-speaking' && 'response_id' in dataOf(message),
      );
    expect(spoken).toHaveLength(1);
  });

  it('interrupt where they must, and answer what was not answered yet', async () => {
    const caller = await calls.open({ microphone: false });
    provider.llm.next({ kind: 'hang' });
    const from = since(caller);
    await told(caller, { type: 'user_text_message', data: { text: 'Where is the harbour?' } });
    await provider.llm.until(() => lastWords() === 'Where is the harbour?');
    const ack = await told(caller, {
      type: 'context-update',
      data: { text: 'A dragon lands.', run_llm: 'true' },
    });
    expect(ack['extras']).toMatchObject({ interrupted: true, llm_triggered: true });
    await caller.message('bot-started-speaking', from);
    expect(lastWords()).toBe('Where is the harbour?');
    expect(systemPrompt()).toContain('> A dragon lands.');
    await exchange(caller, 'Thank you.');
    const questions = provider.llm.requests
      .at(-1)
      ?.messages.filter(({ content }) => content === 'Where is the harbour?');
    expect(questions).toHaveLength(1);
  });

  it('are still known when another process takes the session over', async () => {
    const caller = await calls.open({
      microphone: false,
      body: { dynamic_info: { text: 'Level 5.' } },
    });
    await told(caller, {
      type: 'update-template-keys',
      data: { template_keys: { player: 'Ann' } },
    });
    await told(caller, {
      type: 'context-update',
      data: { text: '{player} is hurt.', run_llm: 'false', update_id: 'u1' },
    });
    await told(caller, { type: 'tts-toggle', data: { enabled: false } });
    await exchange(caller, 'Who is hurt?');
    const from = since(caller);
    for (const pid of parley.agentPids) process.kill(pid, 'SIGKILL');
    await caller.message('bot-ready', from);
    const messages = await exchange(caller, 'And who now?');
    expect(systemPrompt()).toContain('> Level 5.\n> Ann is hurt.');
    expect(kindsOf(messages)).not.toContain('bot-started-speaking');
    const again = await told(caller, {
      type: 'context-update',
      data: { text: 'x', update_id: 'u1' },
    });
    expect(again['extras']).toMatchObject({ duplicate: true, content: '{player} is hurt.' });
  });

  it('of any shape and rate disturb nothing, and leave nothing in the prompt', async () => {
    const caller = await calls.open({ microphone: false });
    const nested = `{"type":"context-update","data":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
    const shapes: unknown[] = [
      nested,
      '['.repeat(60_000),
      '{"type":"update-template-keys","data":{"template_keys":{"__proto__":"leaked","constructor":"leaked"}}}',
      '{"__proto__":{"type":"kill-pipeline"}}',
      { type: 'constructor', data: 'leaked' },
      { type: 'user_text_message', data: { text: '' } },
      '\u0000\u0001\ud800',
    ];
    for (let round = 0; round < 40; round++) for (const shape of shapes) await caller.send(shape);
    await untilHeardAgain(caller);
    expect(answerText(await exchange(caller, 'Are you well?'))).toBe(answer);
    expect(JSON.stringify(provider.llm.requests.at(-1)?.messages)).not.toContain('leaked');
    const acks = caller.received.filter(({ message }) => kindOf(message) === 'server-response');
    expect(acks.length).toBeLessThan(40 * shapes.length);
    expect(caller.connected).toBe(true);
  });

  it('end the session when one says so, after its acknowledgement', async () => {
    const caller = await calls.open({ microphone: false });
    const from = since(caller);
    await caller.send({ type: 'kill-pipeline' });
    expect((await caller.message('server-response', from)).message).toEqual({
      type: 'server-response',
      event_type: 'kill-pipeline',
      status: 'success',
    });
    await expect.poll(() => caller.connected).toBe(false);
  });
});
