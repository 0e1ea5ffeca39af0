import { randomUUID } from 'node:crypto';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { callerRateHz, type Caller } from '../../bench/caller.ts';
import { docxOf, pdfOf } from '../fakes/documents.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

const question = 'What does the ferry to Ostrey cost?';
const Uploaded = z.object({ id: z.string() });
const Docs = z.object({ docs: z.array(z.string()) });
const Listed = z.object({
  id: z.string(),
  is_available: z.boolean(),
  error: z.string().optional(),
});
const Turns = z.object({
  turns: z.array(
    z.object({
      user_text: z.string().nullable(),
      material: z.array(z.object({ source: z.string(), title: z.string(), text: z.string() })),
      stages: z.object({ recallMs: z.number().optional() }),
    }),
  ),
});

/** The model is the embedded responder; ears and voice are scripted. */
describe('a character with documents', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let charID: string;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider, stages: ['STT', 'TTS'] });
    speakQuickly(provider);
    provider.transcript = () => question;
    const made = await post('/character/create', {
      charName: 'Tilda',
      voiceType: 'nova',
      backstory: 'Tilda keeps the harbour office.',
    });
    charID = z.object({ charID: z.string() }).parse(made).charID;
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await provider.close();
    await dispose();
  });

  const headers = () => ({ 'CONVAI-API-KEY': parley.apiKey });
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}${path}`, {
      method: 'POST',
      headers: { ...headers(), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBeLessThan(300);
    return answer.json();
  };
  const upload = async (name: string, content: Uint8Array) => {
    const body = new FormData();
    body.append('file_name', name);
    body.append('file', new Blob([new Uint8Array(content)]), name);
    const path = `${parley.url}/character/knowledge-bank/upload`;
    const answer = await fetch(path, { method: 'POST', headers: headers(), body });
    return Uploaded.parse(await answer.json()).id;
  };
  const settled = (id: string) =>
    vi.waitFor(
      async () => {
        const list = await post('/character/knowledge-bank/list', { character_id: charID });
        const documents = Docs.parse(list).docs.map((doc) => Listed.parse(JSON.parse(doc)));
        const document = documents.find((one) => one.id === id);
        if (!document?.is_available && document?.error === undefined) throw new Error('being read');
        return document;
      },
      { timeout: 40_000, interval: 100 },
    );
  const link = (id: string, status: 'active' | 'inactive') =>
    post('/character/update', { charID, docs: [{ id, status }] });
  /** Asks aloud. @returns the answer in words */
  const ask = async (caller: Caller) => {
    const from = since(caller);
    await caller.speak(await spoken(question, callerRateHz));
    await caller.message('final-user-transcription', from);
    await caller.message('bot-turn-completed', from);
    return answerText(caller.received.slice(from.fromIndex));
  };
  const lastTurn = async (conversationId: string) => {
    const path = `${parley.url}/character-sessions/${conversationId}/turns`;
    const answer = await fetch(path, { headers: headers() });
    return Turns.parse(await answer.json()).turns.at(-1);
  };

  it('answers a spoken question from an uploaded PDF, until that is disconnected', async () => {
    const id = await upload('ferries.pdf', await pdfOf('The ferry to Ostrey costs nine crowns.'));
    expect(await settled(id)).toMatchObject({ is_available: true });
    await link(id, 'active');
    const conversationId = randomUUID();
    const conversation = { character_id: charID, character_session_id: conversationId };
    const caller = await calls.open({ body: conversation, greeting: false });
    expect(await ask(caller)).toContain('nine crowns');
    expect(await lastTurn(conversationId)).toMatchObject({
      user_text: question,
      material: [{ source: 'knowledge', title: 'ferries.pdf' }],
    });
    await link(id, 'inactive');
    expect(await ask(caller)).not.toContain('nine crowns');
    expect(await lastTurn(conversationId)).toMatchObject({ user_text: question, material: [] });
  });

  it('goes on reading after it was killed in the middle', async () => {
    const paragraphs = Array.from(
      { length: 1_500 },
      (_, n) =>
        `Berth ${n} of the harbour belongs to the fisher number ${n}, who pays ${n * 3} crowns a year for it and keeps a lantern.`,
    );
    const id = await upload('berths.docx', docxOf(paragraphs));
    await vi.waitFor(
      async () => {
        const list = await post('/character/knowledge-bank/list', { character_id: charID });
        const text = Docs.parse(list).docs.find((doc) => doc.includes(id)) ?? '';
        const { progress } = z.object({ progress: z.number() }).parse(JSON.parse(text));
        expect(progress).toBeGreaterThan(20);
      },
      { timeout: 40_000, interval: 20 },
    );
    const { dataDir } = parley;
    await parley.killEverything();
    parley = await Parley.start({ provider, stages: ['STT', 'TTS'], dataDir });
    expect(await settled(id)).toMatchObject({ is_available: true });
  });

  it('outlives a file that takes all the memory there is', async () => {
    const bomb = docxOf(['x'], {
      name: 'word/media/b.xml',
      content: Buffer.alloc(90_000_000),
      claimedBytes: 500_000,
    });
    const id = await upload('bomb.docx', bomb);
    expect(await settled(id)).toMatchObject({ is_available: false });
    expect((await fetch(`${parley.url}/readyz`)).status).toBe(200);
  });
});
