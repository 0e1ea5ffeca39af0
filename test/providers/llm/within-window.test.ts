import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../../src/prompt/tokens.ts';
import type { ChatMessage, Llm, LlmOptions, Tool } from '../../../src/providers/llm/llm.ts';
import { WithinWindow } from '../../../src/providers/llm/within-window.ts';

const { signal } = new AbortController();
const tool = (name: string, chars: number): Tool => ({
  ...{ name, description: 'x'.repeat(chars), parameters: {} },
});
const question: ChatMessage[] = [
  { role: 'system', content: 'You are Ned.' },
  { role: 'user', content: 'Where is the harbour?' },
];

/** What reaches the model behind the window. */
async function asked(offered: Tool[]): Promise<{ messages: ChatMessage[]; tools: Tool[] }> {
  const seen: { messages: ChatMessage[]; tools: Tool[] }[] = [];
  const llm: Llm = {
    async *stream(messages, options: LlmOptions) {
      await Promise.resolve();
      seen.push({ messages, tools: options.tools?.offered ?? [] });
      yield 'Here.';
    },
  };
  const tools = { offered, onCall: () => undefined };
  const answer = new WithinWindow(llm, 4_096).stream(question, { signal, tools });
  while (!(await answer.next()).done);
  const [first] = seen;
  if (!first) throw new Error('nobody was asked');
  return first;
}

describe('a model that is never sent more than it can read', () => {
  it('is offered the first tools, as far as a quarter of its window goes, and still sees the question', async () => {
    const many = Array.from({ length: 128 }, (_, n) => tool(`tool_${n}`, 1_000));
    const { messages, tools } = await asked(many);
    expect(messages).toEqual(question);
    expect(tools.map(({ name }) => name)).toEqual(['tool_0', 'tool_1', 'tool_2']);
  });

  it('is asked without tools where none is small enough', async () => {
    const { messages, tools } = await asked([tool('huge', 20_000)]);
    expect(messages).toEqual(question);
    expect(tools).toEqual([]);
  });
});

describe('an estimate of tokens', () => {
  // What vocabularies of 200,000 pieces make of them, about.
  it.each([
    ['Thai', 'สวัสดีครับ วันนี้อากาศดีมาก', 12],
    ['Russian', 'Здравствуйте, сегодня хорошая погода', 10],
    ['Arabic', 'مرحبا، الطقس جميل اليوم', 9],
    ['emoji', '👩‍🌾🎉🧜‍♀️', 14],
    ['Chinese', '今天天气很好，我们去公园吧', 10],
  ])('is not too low for %s', (_, text, tokens) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens);
  });
});
