import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerLine } from '../../../web/src/server-line.ts';
import { Workshop } from '../../../web/src/studio/workshop.ts';
import { answersOf } from './answers.ts';

const workshop = new Workshop(new ServerLine(() => 'secret'));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Workshop', () => {
  it('reads the lists that a character is put together from', async () => {
    answersOf(
      { body: { 'OpenAI Voices': [{ Nova: { voice_value: 'nova' } }, { Broken: {} }] } },
      { body: [{ 'de-DE': { lang_code: 'de-DE', lang_name: 'German' } }] },
      { body: { models: [{ model_group_name: 'gpt', display_name: 'GPT' }, { other: 1 }] } },
    );
    expect(await workshop.choices()).toEqual({
      voices: [{ value: 'nova', label: 'Nova' }],
      languages: [{ value: 'de-DE', label: 'German' }],
      models: [{ value: 'gpt', label: 'GPT' }],
    });
  });

  it('gives the words of a backstory as they come, under the key', async () => {
    const asked = answersOf({ body: 'data: Once\n\ndata:  upon a time.\n\n' });
    const pieces: string[] = [];
    const wish = { name: 'Ann', description: 'a diver' };
    for await (const piece of workshop.backstory(wish, new AbortController().signal))
      pieces.push(piece);
    expect(pieces.join('')).toBe('Once upon a time.');
    expect(asked).toEqual([
      {
        path: '/character/generate-backstory',
        body: { inputText: 'a diver', charName: 'Ann' },
      },
    ]);
  });

  it('ends the call when the writing is stopped', async () => {
    const stop = new AbortController();
    let isCancelled = false;
    const endless = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('data: Once\n\n'));
        stop.signal.addEventListener('abort', () => {
          isCancelled = true;
          controller.error(stop.signal.reason);
        });
      },
    });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(endless)));
    const reading = async () => {
      for await (const piece of workshop.backstory({ name: 'A', description: 'b' }, stop.signal))
        if (piece === 'Once') stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' });
    expect(isCancelled).toBe(true);
  });

  it('clones with documents, and names the copy', async () => {
    const asked = answersOf({ body: { charID: 'copy' } });
    expect(await workshop.clone('one')).toBe('copy');
    expect(asked[0]?.body).toEqual({ charID: 'one', KB: true });
  });
});
