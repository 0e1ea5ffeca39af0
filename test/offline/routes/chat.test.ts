import { describe, expect, it } from 'vitest';
import { actionTool } from '../../../src/prompt/action-tool.ts';
import { ActionConfig } from '../../../src/protocol/action-config.ts';
import { OfflineSubject } from '../offline-subject.ts';

const subject = new OfflineSubject();

describe('chat completions', () => {
  const messages = [
    { role: 'system' as const, content: 'You are Bob.\nBob sells fish in Dover.' },
    { role: 'user' as const, content: 'Hello! What do you sell?' },
  ];

  it('streams the answer in pieces of a word, with its end and its usage', async () => {
    const stream = await subject.client.chat.completions.create({
      model: 'any',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(text.join('')).toBe('Hello. I sell fish in Dover.');
    expect(text.filter((piece) => piece !== '')).toHaveLength(6);
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop']);
    expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 6 });
  });

  it('answers whole when not asked to stream, the same each time', async () => {
    const ask = () => subject.client.chat.completions.create({ model: 'any', messages });
    const [one, two] = [await ask(), await ask()];
    expect(one.choices[0]?.message.content).toBe('Hello. I sell fish in Dover.');
    expect(two.choices).toEqual(one.choices);
    expect(one.choices[0]?.finish_reason).toBe('stop');
  });

  it('does what it is asked by calling emit_actions behind its words', async () => {
    const request = {
      model: 'm',
      messages: [...messages, { role: 'user' as const, content: 'Please wave, then go to me.' }],
      tools: [
        {
          type: 'function' as const,
          function: actionTool(
            ActionConfig.parse({ actions: ['Wave', 'Move To'], characters: [{ name: 'Player' }] }),
          ),
        },
      ],
    };
    const steps = '{"actions":[{"name":"Wave"},{"name":"Move To","target":"me"}]}';
    const whole = await subject.client.chat.completions.create(request);
    expect(whole.choices[0]).toMatchObject({
      message: {
        content: 'All right, at once.',
        tool_calls: [{ function: { name: 'emit_actions', arguments: steps } }],
      },
      finish_reason: 'tool_calls',
    });
    const stream = await subject.client.chat.completions.create({ ...request, stream: true });
    const deltas = [];
    for await (const { choices } of stream) deltas.push(choices[0]?.delta);
    const called = deltas.findIndex((delta) => delta?.tool_calls);
    expect(deltas[called]?.tool_calls?.[0]?.function?.arguments).toBe(steps);
    expect(deltas.findLastIndex((delta) => delta?.content)).toBeLessThan(called);
  });

  it('stops after as many pieces as it may have, and at a stop word', async () => {
    const short = await subject.client.chat.completions.create({
      model: 'm',
      messages,
      max_completion_tokens: 3,
    });
    expect(short.choices[0]).toMatchObject({
      message: { content: 'Hello. I sell' },
      finish_reason: 'length',
    });
    const stopped = await subject.client.chat.completions.create({
      model: 'm',
      messages,
      stop: ' fish',
    });
    expect(stopped.choices[0]).toMatchObject({
      message: { content: 'Hello. I sell' },
      finish_reason: 'stop',
    });
  });

  it('reads text in parts and passes over pictures and tool results', async () => {
    const answer = await subject.client.chat.completions.create({
      model: 'm',
      messages: [
        messages[0] ?? { role: 'system', content: '' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls: [] },
        { role: 'tool', content: 'what is your name', tool_call_id: 'x' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:,' } },
            { type: 'text', text: 'what is your name' },
          ],
        },
      ],
    });
    expect(answer.choices[0]?.message.content).toBe('My name is Bob.');
  });

  it('says that it cannot answer in JSON, rather than making some up', async () => {
    const asked = subject.client.chat.completions.create({
      model: 'm',
      messages,
      response_format: { type: 'json_object' },
    });
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'unsupported_response_format' });
  });
});
