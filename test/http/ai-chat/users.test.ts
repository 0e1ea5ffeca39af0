import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { conversations } from '../../../src/db/schema.ts';
import { setRight } from './answers.ts';
import { AiChatServer } from './server.ts';

describe('the users of the app API', () => {
  let server: AiChatServer;
  beforeAll(async () => {
    server = await AiChatServer.start();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    setRight(server);
  });

  it('lets in tokens that are in force, each for its own workspace, and no API key in their place', async () => {
    const { userId, tokenId, token } = await server.user({ externalId: 'wx-1', name: '小红' });
    const again = await server.user({ externalId: 'wx-1', expiresInSeconds: 60 });
    expect(again.userId).toBe(userId);
    const status = async (bearer: string, path = '/api/v1/chat/1') =>
      (await server.fetch(path, { token: bearer })).status;
    expect(await status(token)).toBe(200);
    expect(await status(again.token)).toBe(200);
    expect(await status('parley_user_guessed')).toBe(401);
    expect(await status(server.keys.own)).toBe(401);
    expect(await status(server.keys.own, '/api/v1/characters')).toBe(200);
    expect((await server.post('/connect', { character_id: '1' }, { token })).status).toBe(401);
    server.later.ms = 61_000;
    expect(await status(again.token)).toBe(401);
    expect(await status(token)).toBe(200);
    server.later.ms = 0;
    const drop = (path: string, key: string) =>
      server.fetch(`/api/v1/users/${userId}${path}`, { method: 'DELETE', token: key });
    expect((await drop(`/tokens/${tokenId}`, server.keys.other)).status).toBe(404);
    for (const unknown of [randomUUID(), 'x']) {
      const refused = await drop(`/tokens/${unknown}`, server.keys.own);
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({ data: { error: 'token_not_found' } });
    }
    expect(await (await drop(`/tokens/${tokenId}`, server.keys.own)).json()).toMatchObject({
      data: { revoked: 1 },
    });
    expect(await status(token)).toBe(401);
    expect(await status(again.token)).toBe(200);
    expect((await drop('/tokens', server.keys.own)).status).toBe(200);
    expect(await status(again.token)).toBe(401);
    expect((await drop('', server.keys.own)).status).toBe(200);
    expect((await drop('', server.keys.own)).status).toBe(404);
  });

  it('shows a user what the gallery shows, and the back end every character', async () => {
    const { character } = await server.characters.create(server.workspaceId, {
      name: 'Draft',
      aiChat: { skills: ['tuiyan'] },
    });
    const ref = character.number;
    const body = { characterId: ref, content: '你好' };
    const status = async (answer: Promise<Response>) => (await answer).status;
    const everywhere = async () => [
      await status(server.fetch(`/api/v1/character/${ref}`)),
      await status(server.fetch(`/api/v1/character/${character.id}/skill`)),
      await status(server.post('/api/v1/chat', body)),
      await status(server.fetch(`/api/v1/chat/${ref}`)),
      await status(server.fetch(`/api/v1/chat/${ref}`, { method: 'DELETE' })),
      await status(server.post('/api/v1/skill/tuiyan', { characterId: ref, skillId: 2 })),
    ];
    expect(await everywhere()).toEqual(Array(6).fill(404));
    const path = `/api/v1/character/${ref}`;
    expect(await status(server.fetch(path, { token: server.keys.own }))).toBe(200);
    expect(await status(server.fetch(path, { token: server.keys.other }))).toBe(404);
    await server.characters.update(server.workspaceId, ref, { listing: 'listed' });
    expect(await everywhere()).toEqual(Array(6).fill(200));
    await server.characters.delete(server.workspaceId, ref);
  });

  it('lets nobody be known by the id of another user', async () => {
    const { userId } = await server.user();
    for (const externalId of [userId, userId.toUpperCase()]) {
      const refused = await server.post(
        '/api/v1/users',
        { externalId },
        { token: server.keys.own },
      );
      expect(refused.status).toBe(409);
      expect(await refused.json()).toMatchObject({ data: { error: 'external_id_taken' } });
    }
    const elsewhere = await server.post(
      '/api/v1/users',
      { externalId: userId },
      { token: server.keys.other },
    );
    expect(elsewhere.status).toBe(200);
  });

  it('gives the conversation to its user before its id is told, and keeps it theirs when it is cleared', async () => {
    const { token, userId } = await server.user();
    const looked = await server.fetch('/api/v1/chat/9', { token });
    const id = looked.headers.get('x-character-session-id') ?? '';
    const owner = async () => {
      const { db } = server.database;
      const rows = await db.select().from(conversations).where(eq(conversations.id, id));
      return rows[0]?.endUserId;
    };
    expect(await owner()).toBe(userId);
    await server.fetch('/api/v1/chat/9', { method: 'DELETE', token });
    expect(await owner()).toBe(userId);
  });
});
