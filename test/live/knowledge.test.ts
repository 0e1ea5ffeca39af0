import { randomUUID } from 'node:crypto';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { callerRateHz, type Caller } from '../../bench/caller.ts';
import { docxOf, pdfOf } from '../fakes/documents.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { answerText, Calls, since, speakQuickly } from './support/calls.ts';
import { KnowledgeBank } from './support/knowledge-bank.ts';
import { Parley } from './support/server.ts';

const question = 'What does the ferry to Ostrey cost?';
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
  const bank = new KnowledgeBank(() => parley);
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider, stages: ['STT', 'TTS'] });
    speakQuickly(provider);
    provider.transcript = () => question;
    await bank.makeCharacter({
      charName: 'Tilda',
      backstory: 'Tilda keeps the harbour office.',
    });
  });
  afterEach(() => calls.leaveAll());
  afterAll(async () => {
    await parley.close();
    await provider.close();
    await dispose();
  });

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
    const answer = await fetch(path, { headers: { 'X-API-Key': parley.apiKey } });
    return Turns.parse(await answer.json()).turns.at(-1);
  };

  it('answers a spoken question from a PDF that is connected while they talk, until it is disconnected, or deleted', async () => {
    const id = await bank.upload(
      'ferries.pdf',
      await pdfOf('The ferry to Ostrey costs nine crowns.'),
    );
    expect(await bank.settled(id)).toMatchObject({ is_available: true });
    const conversationId = randomUUID();
    const conversation = { character_id: bank.charID, character_session_id: conversationId };
    const caller = await calls.open({ body: conversation, greeting: false });
    expect(await ask(caller)).not.toContain('nine crowns');
    // The character's first document: nobody looked anything up until now.
    await bank.link(id, 'active');
    expect(await ask(caller)).toContain('nine crowns');
    expect(await lastTurn(conversationId)).toMatchObject({
      user_text: question,
      material: [{ source: 'knowledge', title: 'ferries.pdf' }],
    });
    const askInVain = async () => {
      expect(await ask(caller)).not.toContain('nine crowns');
      expect(await lastTurn(conversationId)).toMatchObject({ user_text: question, material: [] });
    };
    await bank.link(id, 'inactive');
    await askInVain();
    await bank.link(id, 'active');
    expect(await ask(caller)).toContain('nine crowns');
    await bank.delete(id);
    await askInVain();
  });

  it('goes on reading after it was killed in the middle', async () => {
    const paragraphs = Array.from(
      { length: 1_500 },
      (_, n) =>
        `Berth ${n} of the harbour belongs to the fisher number ${n}, who pays ${n * 3} crowns a year for it and keeps a lantern.`,
    );
    // Who looks too late uploads it again.
    let id = '';
    let isCaught = false;
    while (!isCaught) {
      id = await bank.upload('berths.docx', docxOf(paragraphs));
      const seen = await vi.waitFor(
        async () => {
          const found = (await bank.list()).find((one) => one.id === id);
          if (!found?.is_available) expect(found?.progress).toBeGreaterThan(20);
          return found;
        },
        { timeout: 120_000, interval: 20 },
      );
      isCaught = seen?.is_available === false;
      if (!isCaught) await bank.delete(id);
    }
    const { dataDir } = parley;
    await parley.killEverything();
    parley = await Parley.start({ provider, stages: ['STT', 'TTS'], dataDir });
    expect(await bank.settled(id)).toMatchObject({ is_available: true });
  });

  it('outlives a file that takes all the memory there is', async () => {
    const bomb = docxOf(['x'], {
      name: 'word/media/b.xml',
      content: Buffer.alloc(90_000_000),
      claimedBytes: 500_000,
    });
    const id = await bank.upload('bomb.docx', bomb);
    expect(await bank.settled(id)).toMatchObject({ is_available: false });
    expect((await fetch(`${parley.url}/readyz`)).status).toBe(200);
  });
});
