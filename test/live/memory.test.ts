import { rm } from 'node:fs/promises';
import { dispose } from '@livekit/rtc-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { answerText, Calls, exchange } from './support/calls.ts';
import { makeKey } from './support/keys.ts';
import { Parley } from './support/server.ts';

const List = z.object({
  memories: z.array(z.object({ memory: z.string(), turn_id: z.string().nullable() })),
});

describe('long-term memory', () => {
  let parley: Parley;
  const calls = new Calls(() => parley);
  beforeAll(async () => {
    // The embedded provider alone: what it remembers needs no keys.
    parley = await Parley.start();
  });
  afterAll(async () => {
    await calls.leaveAll();
    await parley.stop();
    await dispose();
    await rm(parley.dataDir, { recursive: true, force: true });
  });

  const post = async (path: string, body: unknown, apiKey = parley.apiKey): Promise<unknown> => {
    const answer = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };
  const memories = async (end_user_id: string, apiKey = parley.apiKey) => {
    const [character] = await parley.characters(apiKey);
    const given = { character_id: character?.id, end_user_id };
    return List.parse(await post('/memory/list', given, apiKey)).memories;
  };
  /** What the character writes to this user in a new conversation. Nothing here depends on its being said. */
  const asks = async (end_user_id: string, question: string, apiKey?: string) => {
    const body = { end_user_id, default_tts_enabled: false };
    const caller = await calls.open({ body, ...(apiKey !== undefined && { apiKey }) });
    const answer = answerText(await exchange(caller, question));
    await caller.leave();
    return answer;
  };

  it('has after a restart what a user told in another conversation, and has it for no one else', async () => {
    await asks('ann', 'My dog is called Rex.');
    await vi.waitFor(
      async () => {
        expect(await memories('ann')).toEqual([
          {
            memory: 'The user said: "My dog is called Rex"',
            turn_id: expect.any(String) as unknown,
          },
        ]);
      },
      { timeout: 90_000, interval: 250 },
    );
    const { dataDir } = parley;
    await parley.stop();
    parley = await Parley.start({ dataDir });
    const stranger = await makeKey(parley, 'another');
    const question = 'What is my dog called?';
    expect(await asks('ann', question)).toContain('Rex');
    expect(await asks('ben', question)).not.toContain('Rex');
    expect(await asks('ann', question, stranger)).not.toContain('Rex');
    expect(await memories('ben')).toEqual([]);
    expect(await memories('ann', stranger)).toEqual([]);
  });

  it('is erased with its user', async () => {
    expect(await memories('ann')).toHaveLength(1);
    expect(await post('/user/end-users/delete', { end_user_id: 'ann' })).toMatchObject({
      deleted: true,
    });
    expect(await memories('ann')).toEqual([]);
    expect(await asks('ann', 'What is my dog called?')).not.toContain('Rex');
  });
});
