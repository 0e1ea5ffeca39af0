import { describe, expect, it } from 'vitest';
import { seeing } from '../../src/pipeline/seeing.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { ScriptedLlm } from '../fakes/scripted-llm.ts';

const { signal } = new AbortController();
const picture = (byte: number) => ({ jpeg: Uint8Array.of(byte), width: 1, height: 1 });
const url = (byte: number) =>
  `data:image/jpeg;base64,${Buffer.from(Uint8Array.of(byte)).toString('base64')}`;

describe('a model with a look at something', () => {
  it('gets the pictures with the last words of the user, in order', async () => {
    const llm = new ScriptedLlm(new FakeClock(), { pieces: 'A cup.' });
    const look = { imageTokens: 170, pictures: () => Promise.resolve([picture(1), picture(2)]) };
    const messages = [
      { role: 'system' as const, content: 'Be brief.' },
      { role: 'user' as const, content: 'Hello.' },
      { role: 'assistant' as const, content: 'Hello.' },
      { role: 'user' as const, content: 'Look!' },
    ];
    let text = '';
    for await (const piece of seeing(llm, look).stream(messages, { signal })) text += piece;
    expect(text).toBe('A cup.');
    expect(llm.log.calls[0]?.input.messages).toEqual([
      ...messages.slice(0, 3),
      { role: 'user', content: 'Look!', images: [url(1), url(2)] },
    ]);
  });
});
