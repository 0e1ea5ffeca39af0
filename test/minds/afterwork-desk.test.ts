import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WrittenTurns } from '../../src/chats/written-turns.ts';
import { AfterworkDesk } from '../../src/minds/afterwork-desk.ts';
import { TextChat } from '../../src/minds/text-chat.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { runningInMemory } from '../fakes/running-in-memory.ts';
import { ScriptedLlm } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { ScriptedTts } from '../fakes/scripted-tts.ts';

describe('what a chat in writing leaves to be done', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterAll(() => storage.database.close());

  it('is stored with the answer, though the server dies right after it', async () => {
    const { clock, turns, models, afterwork } = storage;
    const of = await storage.conversation();
    const character = await storage.characters.get(of.workspaceId, of.characterId);
    if (!character) throw new Error('there is no character');
    const desk = new AfterworkDesk({
      ...{ afterwork, turns, clock, wake: () => undefined },
      onFailed: (err) => {
        throw err;
      },
    });
    const llm = new ScriptedLlm(clock, { pieces: 'I see.' });
    const chat = new TextChat({
      ...{ turns, models, clock, log: silentLog, running: runningInMemory() },
      written: new WrittenTurns(storage.database.db),
      providers: { llm, stt: new ScriptedStt(clock), tts: new ScriptedTts(clock) },
      keeping: (tx, conversationId) => desk.turnWriting(conversationId, tx),
    });
    const request = { ...of, character, words: 'My dog is called Rex.' };
    await chat.answer(request, new AbortController().signal);
    expect(await afterwork.take()).toBeUndefined();
    await clock.advance(60_000);
    const { conversationId } = of;
    expect(await afterwork.take()).toMatchObject({ conversationId, kind: 'facts' });
  });
});
