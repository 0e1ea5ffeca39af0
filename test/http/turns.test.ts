import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TurnReader } from '../../src/http/routes/turns.ts';
import { ada, bob, startApp, type AppServer } from './app-server.ts';

const conversationId = '33333333-3333-4333-8333-333333333333';
type Turn = NonNullable<Awaited<ReturnType<TurnReader['page']>>>[number];

const turn = (n: number): Turn => ({
  id: `44444444-4444-4444-8444-44444444444${n}`,
  origin: 'speech',
  userText: `Question ${n}`,
  assistantText: `Answer ${n}`,
  status: n === 2 ? 'interrupted' : 'completed',
  stages: { firstSoundMs: 500, speculative: true, providers: { llm: { ttfbMs: 150 } } },
  material: [
    { source: 'knowledge', id: 'passage-1', title: 'tides.pdf', text: 'At noon.', score: 0.03 },
  ],
  usage: { sttAudioMs: 900, llmPromptTokens: 20, llmCompletionTokens: 5, ttsCharacters: 8 },
  startedAt: '2026-01-01T00:00:00.000Z',
  position: n * 10,
  sessionId: 'session-1',
});
const stored = [turn(1), turn(2), turn(3)];

let app: AppServer;
beforeAll(async () => {
  app = await startApp(() => ({
    turns: {
      page: ({ workspaceId, conversationId: asked }, { after, limit }) =>
        Promise.resolve(
          workspaceId === ada.workspaceId && asked === conversationId
            ? stored.filter(({ position }) => position > after).slice(0, limit)
            : undefined,
        ),
    },
  }));
});
afterAll(() => app.close());

const read = (query = '', key = ada.key, id = conversationId) =>
  fetch(`${app.url}/character-sessions/${id}/turns${query}`, { headers: { 'X-API-Key': key } });

describe('the turns of a conversation', () => {
  it('come with what was said, what was heard, and where the time went', async () => {
    const answer = await read();
    expect(answer.status).toBe(200);
    const page: unknown = await answer.json();
    expect(page).toMatchObject({
      character_session_id: conversationId,
      turns: [
        {
          turn_id: stored[0]?.id,
          session_id: 'session-1',
          origin: 'speech',
          status: 'completed',
          user_text: 'Question 1',
          heard_text: 'Answer 1',
          stages: { firstSoundMs: 500, providers: { llm: { ttfbMs: 150 } } },
          material: [{ source: 'knowledge', title: 'tides.pdf', text: 'At noon.' }],
          usage: { llmPromptTokens: 20 },
          started_at: '2026-01-01T00:00:00.000Z',
        },
        { status: 'interrupted' },
        { status: 'completed' },
      ],
      next: null,
    });
  });

  it('come in pages', async () => {
    expect(await (await read('?limit=2')).json()).toMatchObject({
      turns: [{ user_text: 'Question 1' }, { user_text: 'Question 2' }],
      next: 20,
    });
    expect(await (await read('?limit=2&after=20')).json()).toMatchObject({
      turns: [{ user_text: 'Question 3' }],
      next: null,
    });
  });

  it('are for their own workspace alone', async () => {
    expect((await read('', bob.key)).status).toBe(404);
    expect((await read('', 'nobody')).status).toBe(401);
    expect((await read('', ada.key, 'no-id')).status).toBe(404);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'after=-1', 'after=1.5', 'limit=1&limit=2'])(
    'are refused for %s',
    async (query) => {
      const answer = await read(`?${query}`);
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        detail: [{ loc: ['query', query.split(/[=[]/)[0]] }],
      });
    },
  );

  it('are described with their parameters', async () => {
    const document: unknown = await (await fetch(`${app.url}/openapi.json`)).json();
    expect(document).toMatchObject({
      paths: {
        '/character-sessions/{character_session_id}/turns': {
          get: {
            parameters: [
              { name: 'character_session_id', in: 'path', required: true },
              { name: 'after', in: 'query', required: false },
              { name: 'limit', in: 'query', required: false, schema: { default: 50 } },
            ],
          },
        },
      },
    });
  });
});
