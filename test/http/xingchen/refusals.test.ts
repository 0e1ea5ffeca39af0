import { afterEach, describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/protocol/xingchen/envelope.ts';
import { ada, startApp, type AppServer } from '../app-server.ts';
import { eventsIn } from './server.ts';

describe('refusals of the Xingchen API', () => {
  let app: AppServer | undefined;
  afterEach(() => app?.close());

  const start = (perKey: number) =>
    startApp(() => ({ rateLimits: { perKey, perAddress: 100, failedPerAddress: 100 } }));
  const send = ({ url }: AppServer, path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/v2/api${path}`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${ada.key}`, 'Content-Type': 'application/json' },
        ...headers,
      },
      body: '{}',
    });

  it('say when a key asks too often, and how long to wait', async () => {
    app = await start(1);
    expect((await send(app, '/chat/send')).status).toBe(422);
    const second = await send(app, '/chat/send');
    expect(second.status).toBe(429);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Refusal.parse(await second.json())).toMatchObject({
      ...{ code: 42901, errorName: 'too_many_requests', httpStatusCode: 429, success: false },
    });
  });

  it.each(['/chat/send', '/chat/send/'])('are events to who wants events of %s', async (path) => {
    app = await start(100);
    const response = await send(app, path, { 'X-AcA-SSE': 'enable' });
    expect(response.status).toBe(422);
    expect(eventsIn(await response.text())).toMatchObject([
      { event: 'error', data: { errorCode: 42201 } },
    ]);
  });
});
