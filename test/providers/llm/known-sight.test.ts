import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lifetime/clock.ts';
import type { LlmVision } from '../../../src/protocol/provider-settings.ts';
import type { ChatMessage, Llm, LlmOptions } from '../../../src/providers/llm/llm.ts';
import { openLlm } from '../../../src/providers/llm/open-llm.ts';
import { ScriptedProvider } from '../../fakes/scripted-provider.ts';

const url = 'data:image/jpeg;base64,AAAA';
const shown: ChatMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Look!', images: [url] },
];
const tools = { offered: [{ name: 'emit_actions', description: '', parameters: {} }] };

describe('a model that is shown images', () => {
  let server: ScriptedProvider;
  let llm: Llm;
  const { signal } = new AbortController();

  beforeEach(async () => {
    server = await ScriptedProvider.open();
    server.reply = () => 'A cup.';
    open('auto');
  });
  afterEach(() => server.close());

  function open(vision: LlmVision): void {
    const settings = { baseUrl: server.baseUrl, model: 'small', vision };
    llm = openLlm(settings, { clock: systemClock });
  }
  async function ask(options: Omit<LlmOptions, 'signal'> = {}): Promise<string> {
    let text = '';
    for await (const piece of llm.stream(shown, { ...options, signal })) text += piece;
    return text;
  }
  /** Of each request, whether it had an image, and tools. */
  const asked = () =>
    server.llm.requests.map(({ messages, tools: offered }) => {
      const last = messages.at(-1);
      const hasImage = last !== undefined && 'images' in last;
      return [hasImage ? 'image' : '', offered ? 'tools' : ''].filter((word) => word !== '');
    });

  it('gets them as parts beside the text', async () => {
    expect(await ask()).toBe('A cup.');
    expect(server.llm.requests[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Look!', images: [url] },
    ]);
    expect(llm.takesImages?.()).toBe(true);
  });

  it.each([400, 404, 413, 415, 422, 500, 501])(
    'and refuses them by %i answers without, and is shown none from then on',
    async (status) => {
      server.llm.next({ kind: 'refuse', status });
      expect(await ask()).toBe('A cup.');
      expect(llm.takesImages?.()).toBe(false);
      await ask();
      expect(asked()).toEqual([['image'], [], []]);
    },
  );

  it('is not taken for blind when it refuses the same without images', async () => {
    server.llm.always({ kind: 'refuse', status: 400 });
    await expect(ask()).rejects.toThrow();
    server.llm.always({ kind: 'ok' });
    expect(llm.takesImages?.()).toBe(true);
    expect(await ask()).toBe('A cup.');
  });

  it('is not taken for blind when it is overloaded', async () => {
    server.llm.next({ kind: 'refuse', status: 429 });
    await expect(ask()).rejects.toThrow();
    expect(llm.takesImages?.()).toBe(true);
  });

  it('keeps its tools when it was the images that it refused', async () => {
    const offer = { tools: { ...tools, onCall: () => undefined } };
    server.llm.next({ kind: 'refuse', status: 400 });
    expect(await ask(offer)).toBe('A cup.');
    expect(await ask(offer)).toBe('A cup.');
    expect(asked()).toEqual([['image', 'tools'], ['tools'], ['tools']]);
  });

  it('is known by its name: another of the same endpoint is shown them', async () => {
    server.llm.next({ kind: 'refuse', status: 400 });
    await ask({ model: 'blind' });
    expect(llm.takesImages?.('blind')).toBe(false);
    expect(llm.takesImages?.('other')).toBe(true);
  });

  it('is shown them again each time with `on`, and never with `off`', async () => {
    open('on');
    server.llm.next({ kind: 'refuse', status: 400 });
    await ask();
    await ask();
    open('off');
    expect(llm.takesImages?.()).toBe(false);
    await ask();
    expect(asked()).toEqual([['image'], [], ['image'], []]);
  });
});
