import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { onePixel, ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Parley } from './support/server.ts';

const Created = z.object({ data: z.object({ characterId: z.string() }) });
const Sent = z.object({ data: z.object({ context: z.object({ messageId: z.string() }) }) });
const Polled = z.object({
  data: z.object({
    status: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED']),
    fileUrl: z.array(z.string()),
  }),
});

describe('a picture that a character was asked for', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await start();
  });
  afterAll(async () => {
    await parley.close();
    await provider.close();
  });

  const start = (dataDir?: string) =>
    Parley.start({
      ...{ provider, ...(dataDir !== undefined && { dataDir }) },
      env: { IMAGES_BASE_URL: provider.baseUrl, IMAGES_MODEL: 'painter' },
    });
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}/v2/api${path}`, {
      headers: { Authorization: `Bearer ${parley.apiKey}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    return answer.json();
  };

  it('is drawn after a restart that came while it was being drawn', async () => {
    const made = await ask('/character/create', {
      ...{ name: '关云长', basicInformation: '红脸长须。' },
      advancedConfig: {
        platformPlugins: [{ enabled: true, name: 'text_to_image_plugin', positiveDesc: '二次元' }],
      },
    });
    const { characterId } = Created.parse(made).data;
    provider.images.always({ kind: 'hang' });
    const sent = await ask('/chat/send', {
      input: {
        messages: [{ role: 'user', name: '小明', content: '画一张你骑马的图' }],
        aca: { botProfile: { characterId }, userProfile: { userId: '123456789' } },
      },
    });
    const { messageId } = Sent.parse(sent).data.context;
    const poll = async () =>
      Polled.parse(await ask(`/chat/polling/image?messageId=${messageId}&userId=123456789`)).data;
    await provider.images.until(({ requests }) => requests === 1);
    expect(await poll()).toMatchObject({ status: 'RUNNING', fileUrl: [] });

    await parley.killEverything();
    provider.images.always({ kind: 'ok' });
    parley = await start(parley.dataDir);
    let polled = await poll();
    for (; polled.status === 'PENDING' || polled.status === 'RUNNING'; polled = await poll())
      await pause(100);
    expect(polled).toMatchObject({ status: 'SUCCEEDED', fileUrl: [expect.any(String)] });
    expect(provider.images.requests.at(-1)).toMatchObject({
      ...{
        model: 'painter',
        prompt: expect.stringMatching(/画一张你骑马的图[^]*关云长[^]*二次元/) as unknown,
      },
    });
    const shown = await fetch(polled.fileUrl[0] ?? '');
    expect(shown.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await shown.arrayBuffer()).equals(onePixel)).toBe(true);
  });
});
