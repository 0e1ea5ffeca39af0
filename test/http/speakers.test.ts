import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ada, bob, startApp, type AppServer } from './app-server.ts';

describe('the speakers of a workspace', () => {
  let app: AppServer;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const ask = async (call: string, body: unknown, key = ada.key) => {
    const answer = await fetch(`${app.url}/user/speaker/${call}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': key, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json: unknown = await answer.json();
    return { status: answer.status, json };
  };

  it('are the same for a device each time, in the words of both shipped clients', async () => {
    const first = await ask('new', { deviceId: 'headset-1', name: 'Ann' });
    expect(first).toEqual({
      status: 200,
      json: {
        speakerId: 'speaker-1',
        speaker_id: 'speaker-1',
        name: 'Ann',
        device_id: 'headset-1',
      },
    });
    expect(await ask('new', { deviceId: 'headset-1' })).toEqual(first);
  });

  it('are listed for their own workspace, without a body too', async () => {
    await ask('new', { deviceId: 'headset-2' }, bob.key);
    expect((await ask('list', undefined, bob.key)).json).toEqual([
      { speaker_id: expect.any(String) as unknown, name: '', device_id: 'headset-2' },
    ]);
    expect((await ask('list', {})).json).toMatchObject([{ device_id: 'headset-1' }]);
  });

  it('are deleted by their own workspace alone, and once', async () => {
    const id = { speakerId: 'speaker-1' };
    expect((await ask('delete', id, bob.key)).status).toBe(404);
    expect((await ask('delete', id)).status).toBe(200);
    expect(await ask('delete', id)).toMatchObject({
      status: 404,
      json: { message: 'Cannot find speaker with id: speaker-1.', code: 'speaker_not_found' },
    });
  });

  it.each([
    ['new', {}],
    ['new', { deviceId: '' }],
    ['new', { deviceId: 'x'.repeat(257) }],
    ['delete', {}],
  ])('are not made of nothing: %s %j', async (call, body) => {
    expect((await ask(call, body)).status).toBe(422);
  });

  it('are nobody’s without a key, and have one method', async () => {
    expect((await ask('list', {}, 'wrong')).status).toBe(401);
    expect((await fetch(`${app.url}/user/speaker/list`)).status).toBe(405);
  });
});
