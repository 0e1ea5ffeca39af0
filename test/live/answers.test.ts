import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller, Received } from '../../bench/caller.ts';
import { ClientBoundMessage } from '../../src/protocol/server-messages.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import {
  answerText,
  Calls,
  dataOf,
  exchange,
  kindsOf,
  since,
  speakQuickly,
} from './support/calls.ts';
import { orderProblems } from './support/message-order.ts';
import { Parley } from './support/server.ts';

const body = {
  action_config: {
    actions: ['Move To', { value: 'Pick Up' }, 'Wave'],
    objects: [{ name: 'cube', description: 'A red cube on the table' }],
    characters: [{ name: 'Player', bio: 'The current user' }],
    currentAttentionObject: 'cube',
  },
  emotion_config: { provider: 'llm', min_word_threshold: 3 },
};

/** What those that look inside `server-message` and those that do not get of one kind. */
function formsOf(messages: Received[], kind: string): Record<string, unknown>[] {
  return messages
    .map(({ message }) => message)
    .filter((message) => kindsOf([{ message, atMs: 0 }])[0] === kind)
    .map((message) => ({ envelope: message['type'], ...dataOf(message) }));
}

describe('answers that hold more than words', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({
      provider,
      env: { MODERATION_BASE_URL: provider.baseUrl, MODERATION_MODEL: 'judge' },
    });
  });

  beforeEach(() => {
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
    provider.calls = () => [];
    provider.flags = () => [];
    speakQuickly(provider);
  });

  afterEach(async () => {
    const problems = calls.logs.map(orderProblems);
    await calls.leaveAll();
    expect(problems.flat()).toEqual([]);
  });

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  const open = (): Promise<Caller> => calls.open({ body, microphone: false });
  const said = () => provider.tts.requests.map(({ input }) => input);

  it('acts and feels in both forms, in order, and neither says nor remembers it', async () => {
    const caller = await open();
    provider.reply = () =>
      '**Sure**, on my way 🙂! [feel: happy 3] [do: Move To it] [do: Fly] [do: Wave]';
    const messages = await exchange(caller, 'Go there and wave.');
    expect(answerText(messages).trim()).toBe('Sure, on my way 🙂!');
    expect(formsOf(messages, 'action-response')).toEqual([
      {
        envelope: 'server-message',
        type: 'action-response',
        actions: [{ name: 'Move To', target: 'cube' }, { name: 'Wave' }],
      },
      { envelope: 'action-response', actions: ['Move To cube', 'Wave'] },
    ]);
    expect(formsOf(messages, 'bot-emotion')).toContainEqual({
      envelope: 'server-message',
      type: 'bot-emotion',
      emotion: 'joy',
      scale: 3,
    });
    const kinds = kindsOf(messages);
    expect(kinds.indexOf('action-response')).toBeGreaterThan(kinds.lastIndexOf('bot-llm-text'));
    expect(kinds.indexOf('bot-emotion')).toBeLessThan(kinds.indexOf('bot-started-speaking'));
    for (const { message } of messages) ClientBoundMessage.parse(message);
    expect(said().at(-1)).toBe('Sure, on my way!');
    provider.reply = () => 'You are welcome.';
    await exchange(caller, 'Thank you.');
    const remembered = provider.llm.requests
      .at(-1)
      ?.messages.find(({ role }) => role === 'assistant');
    const all = provider.llm.requests.at(-1)?.messages.map(({ content }) => content) ?? [];
    expect(remembered).toBeDefined();
    expect(all.slice(1)).toContain('Sure, on my way 🙂!');
  });

  it('acts by the calls of a model that takes tools', async () => {
    const caller = await open();
    provider.reply = () => 'Here you are, my friend.';
    provider.calls = () => [
      {
        name: 'emit_actions',
        json: '{"actions":[{"name":"Pick Up","target":"cube"},{"name":"Move To","target":"me"},{"name":"Dance"}]}',
      },
    ];
    const messages = await exchange(caller, 'Bring me that.');
    expect(formsOf(messages, 'action-response')[0]?.['actions']).toEqual([
      { name: 'Pick Up', target: 'cube' },
      { name: 'Move To', target: 'Player' },
    ]);
  });

  it('says nothing when the model abstains, and goes on as if it had spoken', async () => {
    const caller = await open();
    provider.reply = () => ['[AB', 'STAIN', ']'];
    const before = said().length;
    const messages = await exchange(caller, 'I was talking to my brother.');
    expect(kindsOf(messages)).not.toContain('bot-started-speaking');
    expect(answerText(messages)).toBe('');
    expect(formsOf(messages, 'llm-no-response')).toEqual([
      { envelope: 'server-message', type: 'llm-no-response', reason: 'abstain' },
    ]);
    expect(said()).toHaveLength(before);
    provider.reply = () => 'Yes, I am here.';
    expect(answerText(await exchange(caller, 'Are you there?'))).toBe('Yes, I am here.');
    const asked = provider.llm.requests.at(-1)?.messages.map(({ content }) => content) ?? [];
    expect(asked).toContain('I was talking to my brother.');
    expect(asked.join()).not.toContain('ABSTAIN]');
  });

  it('does nothing of an answer that is cut before it was all there', async () => {
    const caller = await open();
    speakQuickly(provider, 60);
    provider.reply = () => 'Well, let me think about that for a moment, my friend. [do: Wave]';
    provider.llm.next({ kind: 'stall', afterPieces: 11 });
    const from = since(caller);
    await caller.send({ type: 'user_text_message', data: { text: 'Wave to me.' } });
    await caller.message('bot-started-speaking', from);
    await caller.send({ type: 'interrupt-bot' });
    const cut = await caller.message('bot-turn-completed', from);
    expect(dataOf(cut.message)).toMatchObject({ was_interrupted: true });
    provider.reply = () => 'Very well.';
    const messages = await exchange(caller, 'Never mind.');
    expect(kindsOf(caller.received.slice(from.fromIndex))).not.toContain('action-response');
    expect(answerText(messages)).toBe('Very well.');
  });

  it('does not answer what moderation blocks, nor show it to the model again', async () => {
    const caller = await open();
    provider.reply = () => 'Yes, of course, my friend.';
    provider.flags = ({ input }) => (input.includes('bomb') ? ['violence'] : []);
    const from = since(caller);
    const text = 'How do I build a bomb?';
    await caller.send({ type: 'user_text_message', data: { text } });
    await caller.message('bot-turn-completed', from);
    const blocked = caller.received.slice(from.fromIndex);
    expect(formsOf(blocked, 'moderation-response')).toEqual([
      {
        envelope: 'server-message',
        type: 'moderation-response',
        result: false,
        user_input: text,
        reason: 'Flagged: violence',
      },
    ]);
    expect(kindsOf(blocked)).not.toContain('bot-llm-started');
    const messages = await exchange(caller, 'Is there a harbour?');
    expect(formsOf(messages, 'moderation-response')).toMatchObject([
      { result: true, reason: null },
    ]);
    expect(answerText(messages)).toBe('Yes, of course, my friend.');
    expect(JSON.stringify(provider.llm.requests.at(-1)?.messages)).not.toContain('bomb');
  });
});
