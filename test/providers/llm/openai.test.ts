import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import {
  ToolsUnfit,
  type LlmEnd,
  type LlmOptions,
  type ToolCall,
} from '../../../src/providers/llm/llm.ts';
import { openLlm } from '../../../src/providers/llm/open-llm.ts';
import { OpenAiLlm } from '../../../src/providers/llm/openai.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { llmContract } from '../../contracts/llm.ts';
import { clientSubject } from '../../contracts/scripted-subject.ts';
import { expectFailure, rejection } from '../../contracts/subject.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';

llmContract('OpenAiLlm', async (behaviour) => {
  const subject = await clientSubject(
    (server) => server.llm,
    (settings, deps) => new OpenAiLlm(settings, deps),
  );
  const { server } = subject;
  server.llm.always(behaviour);
  return {
    ...subject,
    says(pieces) {
      server.reply = () => pieces;
    },
    lastMessages() {
      const messages = server.llm.requests.at(-1)?.messages ?? [];
      return messages.map(({ role, content }) => {
        if (role !== 'system' && role !== 'user' && role !== 'assistant') throw new Error(role);
        return { role, content };
      });
    },
  };
});

describe('OpenAiLlm', () => {
  const servers: ScriptedProvider[] = [];
  const { signal } = new AbortController();

  async function open(clock = systemClock) {
    const server = await ScriptedProvider.open();
    servers.push(server);
    const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'small' };
    const llm = new OpenAiLlm(settings, { clock });
    const ask = async (options: Partial<LlmOptions> = {}) => {
      const pieces: string[] = [];
      const stream = llm.stream([{ role: 'user', content: 'Hi' }], { signal, ...options });
      for await (const piece of stream) pieces.push(piece);
      return pieces.join('');
    };
    const answers = (body: string, contentType = 'text/event-stream') =>
      server.llm.always({ kind: 'garbage', body, contentType });
    return { server, ask, answers };
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const delta = (content: string) => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`;
  const stop = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';

  it('sends model, temperature and limit, and none of them that is unset', async () => {
    const { server, ask } = await open();
    await ask({ temperature: 0.5, maxTokens: 99 });
    await ask();
    expect(server.llm.requests[0]).toMatchObject({
      model: 'small',
      temperature: 0.5,
      max_tokens: 99,
    });
    expect(Object.keys(server.llm.requests[1] ?? {}).sort()).toEqual([
      'messages',
      'model',
      'stream',
    ]);
  });

  it('says how an answer ended, and what it took where the endpoint counts', async () => {
    const { server, ask, answers } = await open();
    const ends: LlmEnd[] = [];
    const onEnd = (end: LlmEnd) => ends.push(end);
    const usage = { prompt_tokens: 12, completion_tokens: 3 };
    server.ending = () => ({ finishReason: 'length', usage });
    await ask({ onEnd, countTokens: true });
    await ask({ onEnd });
    expect(ends).toEqual([
      { finishReason: 'length', tokens: { prompt: 12, completion: 3 } },
      { finishReason: 'length', tokens: undefined },
    ]);
    answers(`${delta('Hi')}data: [DONE]\n\n`);
    await ask({ onEnd });
    expect(ends.at(-1)).toEqual({ finishReason: null, tokens: undefined });
  });

  it('asks again without counting where an endpoint does not take that, and never counts there again', async () => {
    const { server } = await open();
    const llm = openLlm({ baseUrl: server.baseUrl, model: 'small' }, { clock: systemClock });
    const count = async () => {
      const options = { countTokens: true, temperature: 0.5, signal };
      const stream = llm.stream([{ role: 'user', content: 'Hi' }], options);
      while (!(await stream.next()).done);
    };
    server.llm.next({ kind: 'refuse', status: 400 }, { kind: 'ok' });
    await count();
    await count();
    expect(server.llm.requests.map((request) => 'stream_options' in request)).toEqual([
      true,
      false,
      false,
    ]);
    expect(server.llm.requests.map((request) => request['temperature'])).toEqual([0.5, 0.5, 0.5]);
  });

  it.each([
    ['a finish_reason alone', `${delta('Hi')}${stop}`],
    ['[DONE] alone', `${delta('Hi')}data: [DONE]\n\n`],
    ['no empty line after the last event', `${delta('Hi')}data: [DONE]`],
    ['carriage returns', `${delta('Hi')}${stop}`.replaceAll('\n', '\r\n')],
    [
      'comments, other fields and no space',
      `: wait\n\nevent: x\nid: 1\n${delta('Hi').replace('data: ', 'data:')}${stop}`,
    ],
    [
      'chunks without choices or content',
      `data: {"choices":[]}\n\ndata: {"choices":[{"delta":{"role":"assistant","content":null}}]}\n\n${delta('Hi')}${stop}`,
    ],
    [
      'data over several lines',
      'data: {"choices":\ndata: [{"delta":{"content":"Hi"},"finish_reason":"length"}]}\n\n',
    ],
  ])('understands an answer with %s', async (_, body) => {
    const { ask, answers } = await open();
    answers(body);
    expect(await ask()).toBe('Hi');
  });

  it.each([
    ['ends without saying so', delta('Hi'), 'brokeOff', true],
    ['holds no JSON', 'data: {"choices":[\n\n', 'garbage', true],
    ['has chunks of another shape', 'data: {"choices":"none"}\n\n', 'garbage', true],
    ['has no events', 'good morning', 'garbage', false],
    ['is empty', '', 'garbage', false],
    ['is one event without end', `data: ${'x'.repeat(300_000)}`, 'garbage', false],
    ['reports a fault', 'data: {"error":{"message":"overloaded"}}\n\n', 'refused', true],
  ] as const)('says what is wrong with an answer that %s', async (_, body, reason, retryable) => {
    const { ask, answers } = await open();
    answers(body);
    expectFailure(await rejection(ask()), new ProviderFailed('llm', reason, retryable));
  });

  it('takes an answer that is not streamed for garbage', async () => {
    const { ask, answers } = await open();
    answers('{"choices":[{"message":{"content":"Hi"}}]}', 'application/json');
    expectFailure(await rejection(ask()), new ProviderFailed('llm', 'garbage', false));
  });

  it('says that an answer broke off politely in its middle', async () => {
    const { server, ask } = await open();
    server.llm.always({ kind: 'breakOff', afterPieces: 2, by: 'end' });
    expectFailure(await rejection(ask()), new ProviderFailed('llm', 'brokeOff', true));
  });

  it('cuts an answer that never ends', async () => {
    const { server, ask } = await open();
    server.reply = () => ['x'.repeat(100_000)];
    server.llm.always({ kind: 'endless' });
    expectFailure(await rejection(ask()), new ProviderFailed('llm', 'garbage', false));
    await server.llm.until((counts) => counts.aborted === 1);
  });

  it('has the whole answer when the server forgets to close after its end', async () => {
    const clock = new FakeClock();
    const { server, ask } = await open(clock);
    server.reply = () => ['Hi'];
    server.llm.always({ kind: 'unclosed' });
    const answer = ask();
    await server.llm.until((counts) => counts.answered === 1);
    while (server.llm.counts.aborted === 0) await clock.advance(200);
    expect(await answer).toBe('Hi');
  });

  it('keeps its connection from one answer to the next', async () => {
    const { server, ask } = await open();
    for (let i = 0; i < 3; i++) await ask();
    expect(server.llm.counts).toMatchObject({ requests: 3, aborted: 0, completed: 3 });
    expect(server.connections).toBe(1);
  });

  it('never shows the key when a server repeats it', async () => {
    const { server, ask } = await open();
    server.llm.always({ kind: 'refuse', status: 401, message: 'Incorrect API key: secret-key' });
    const thrown = await rejection(ask());
    expectFailure(thrown, new ProviderFailed('llm', 'refused', false));
    const shown = thrown instanceof Error ? `${thrown.message} ${String(thrown.cause)}` : '';
    expect(shown).toContain('401 Incorrect API key: ***');
    expect(shown).not.toContain('secret-key');
  });

  describe('with tools', () => {
    const offered = [
      { name: 'emit_actions', description: 'Acts.', parameters: { type: 'object' } },
    ];
    async function openWithTools() {
      const { server, ask } = await open();
      const calls: ToolCall[] = [];
      const act = () => ask({ tools: { offered, onCall: (call) => calls.push(call) } });
      return { server, ask, act, calls };
    }

    it('hands over what the model calls beside its words', async () => {
      const { server, act, calls } = await openWithTools();
      server.calls = () => [
        { name: 'emit_actions', json: '{"actions":[{"name":"Wave"}]}' },
        { name: 'other', json: '' },
      ];
      expect(await act()).toBe('Hello. How are you today?');
      expect(calls).toEqual([
        { name: 'emit_actions', json: '{"actions":[{"name":"Wave"}]}' },
        { name: 'other', json: '' },
      ]);
      expect(server.llm.requests[0]?.tools).toEqual([{ type: 'function', function: offered[0] }]);
    });

    it('understands calls that come whole and without an index', async () => {
      const { server, act, calls } = await openWithTools();
      const call = (name: string) =>
        `data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"${name}","arguments":"{}"}}]}}]}\n\n`;
      server.llm.always({
        kind: 'garbage',
        body: `${delta('Hi')}${call('one')}${call('two')}${stop}`,
        contentType: 'text/event-stream',
      });
      expect(await act()).toBe('Hi');
      expect(calls.map(({ name }) => name)).toEqual(['one', 'two']);
    });

    it.each([400, 404, 422, 500])(
      'says that an endpoint takes none (%i), and asks it no more once it answered without',
      async (status) => {
        const { server, ask, act } = await openWithTools();
        server.llm.next({ kind: 'refuse', status });
        expect(await rejection(act())).toBeInstanceOf(ToolsUnfit);
        expect(await ask()).toBe('Hello. How are you today?');
        expect(await rejection(act())).toBeInstanceOf(ToolsUnfit);
        expect(server.llm.counts.requests).toBe(2);
      },
    );

    it.each([422, 500])(
      'blames no tools for a refusal (%i) that the same request without them met, too',
      async (status) => {
        const { server, ask, act } = await openWithTools();
        server.llm.next({ kind: 'refuse', status }, { kind: 'refuse', status });
        expect(await rejection(act())).toBeInstanceOf(ToolsUnfit);
        expect(await rejection(ask())).not.toBeInstanceOf(ToolsUnfit);
        expect(await act()).toBe('Hello. How are you today?');
      },
    );

    it('blames no tools for what an answer to somebody else, or with other settings, met', async () => {
      const { server, ask, act } = await openWithTools();
      server.llm.next({ kind: 'refuse', status: 500 });
      expect(await rejection(act())).toBeInstanceOf(ToolsUnfit);
      await ask({ signal: new AbortController().signal });
      await ask({ temperature: 0.5 });
      expect(await act()).toBe('Hello. How are you today?');
    });

    it('takes a model for unfit that calls instead of speaking', async () => {
      const { server, act, calls } = await openWithTools();
      server.reply = () => [];
      server.calls = () => [{ name: 'emit_actions', json: '{}' }];
      expect(await rejection(act())).toBeInstanceOf(ToolsUnfit);
      expect(calls).toEqual([]);
    });

    it.each([401, 429, 503])('does not blame tools for a refusal by %i', async (status) => {
      const { server, act } = await openWithTools();
      server.llm.next({ kind: 'refuse', status });
      expect(await rejection(act())).not.toBeInstanceOf(ToolsUnfit);
      expect(await act()).toBe('Hello. How are you today?');
    });

    it('gives up calls that never end', async () => {
      const { server, act } = await openWithTools();
      server.calls = () => [{ name: 'emit_actions', json: 'x'.repeat(200_000) }];
      expectFailure(await rejection(act()), new ProviderFailed('llm', 'garbage', false));
    });
  });
});
