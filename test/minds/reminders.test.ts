import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WrittenTurns } from '../../src/chats/written-turns.ts';
import { AnswerRunning } from '../../src/minds/answer-failed.ts';
import { OutputBlocked } from '../../src/minds/inspection.ts';
import { Reminders } from '../../src/minds/reminders.ts';
import { sessionName } from '../../src/minds/xingchen-chat.ts';
import { TextChat } from '../../src/minds/text-chat.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aTurn, Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { runningInMemory } from '../fakes/running-in-memory.ts';
import { ScriptedLlm, type LlmStep } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { ScriptedTts } from '../fakes/scripted-tts.ts';
import { soon } from '../fakes/soon.ts';

const never = new AbortController().signal;

describe('a reminder', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterAll(() => storage.database.close());

  let of: { workspaceId: string; characterId: string; conversationId: string };
  let tom = '';
  beforeEach(async () => {
    const workspace = await storage.workspace();
    tom = (await storage.speakers.ensure(workspace.workspaceId, { deviceId: 'tom', name: 'Tom' }))
      .id;
    const { id: conversationId } = await storage.conversations.open({
      ...{ ...workspace, endUserId: tom, characterSessionId: sessionName(tom) },
    });
    of = { ...workspace, conversationId };
  });

  function scene(...steps: LlmStep[]) {
    const { clock, turns, models, recollecting, database, conversations, speakers } = storage;
    const llm = new ScriptedLlm(clock, ...steps);
    const written = new WrittenTurns(database.db);
    const providers = { llm, stt: new ScriptedStt(clock), tts: new ScriptedTts(clock) };
    const chat = { turns, written, models, providers, running: runningInMemory() };
    const textChat = new TextChat({ ...chat, clock, log: silentLog });
    const nouns = { turns, recollecting, conversations, speakers };
    const judged: string[] = [];
    const moderation = {
      judge: (text: string) => {
        judged.push(text);
        return Promise.resolve(text.includes('bomb') ? 'Flagged: violence' : null);
      },
    };
    const reminders = new Reminders({ textChat, ...nouns, moderation, clock });
    return { reminders, textChat, llm, judged };
  }

  async function theCharacter() {
    const character = await storage.characters.get(of.workspaceId, of.characterId);
    if (!character) throw new Error('there is no character');
    return character;
  }

  async function write(content: string | undefined, ...steps: LlmStep[]) {
    const { reminders, llm } = scene(...steps);
    const character = await theCharacter();
    const { turn } = await reminders.write({ ...of, character, userId: 'tom' }, content, never);
    const system = llm.log.calls[0]?.input.messages.map((one) => one.content).join('\n') ?? '';
    return { turn, asked: llm.log.calls.length, prompt: system, character };
  }
  const kept = () => storage.turns.history(of, 10);

  it('is kept word for word where words are given, as the character’s own', async () => {
    const { turn, asked } = await write('最近为什么不理我啊?');
    expect(asked).toBe(0);
    expect(turn).toMatchObject({ userText: null, assistantText: '最近为什么不理我啊?' });
    expect(await kept()).toMatchObject([{ id: turn.id, origin: 'trigger' }]);
  });

  it('is made of what is remembered and what was said, where none are given', async () => {
    const person = { ...of, personId: tom };
    await storage.recollecting.memories.keep(person, [
      { key: 'dog name', text: 'The dog is called Rex.', importance: 2, saidAt: new Date(0) },
    ]);
    const written = new WrittenTurns(storage.database.db);
    const startedAt = new Date(storage.clock.nowAt().getTime() - 3 * 86_400_000).toISOString();
    await written.keep(of, aTurn({ userText: 'See you at the fair.', startedAt }));
    const { turn, prompt } = await write(undefined, { pieces: 'How is Rex?' });
    expect(turn.assistantText).toBe('How is Rex?');
    expect(prompt).toContain('The dog is called Rex.');
    expect(prompt).toContain('See you at the fair.');
    expect(prompt).toContain('has not written for 3 days');
    expect((await kept()).map(({ assistantText }) => assistantText).at(-1)).toBe('How is Rex?');
  });

  it('is written where nothing else is being answered, and keeps others from answering meanwhile', async () => {
    const { reminders, textChat, llm } = scene({ pieces: 'Well?', firstMs: 1_000 });
    const character = await theCharacter();
    const writing = reminders.write({ ...of, character, userId: 'tom' }, undefined, never);
    await vi.waitFor(() => {
      expect(llm.log.calls).toHaveLength(1);
    }, soon);
    const beside = textChat.answer({ ...of, character, words: 'Hello' }, never);
    await expect(beside).rejects.toThrow(AnswerRunning);
    await storage.clock.advance(1_000);
    expect((await writing).turn.assistantText).toBe('Well?');
    expect(await kept()).toHaveLength(1);
  });

  it('is inspected where that is wished, whoever wrote it', async () => {
    const character = await theCharacter();
    const asked = { ...of, character, userId: 'tom' };
    for (const content of ['A bomb!', undefined]) {
      const { reminders } = scene({ pieces: 'A bomb!' });
      const writing = reminders.write({ ...asked, inspected: true }, content, never);
      await expect(writing).rejects.toThrow(OutputBlocked);
    }
    expect(await kept()).toEqual([]);
    const { reminders, judged } = scene();
    await reminders.write(asked, 'A bomb!', never);
    expect(judged).toEqual([]);
  });

  it('of one who never said a word is an opening', async () => {
    const { prompt } = await write(undefined, { pieces: 'Come in!' });
    expect(prompt).toContain('has not said a word yet');
  });

  it.each([
    ['fails', { pieces: [], fails: new ProviderFailed('llm', 'refused', false) }],
    ['has nothing to say', { pieces: '' }],
    [
      'repeats what it was asked for',
      { pieces: ({ 1: wish }) => wish?.content.split('> ')[1]?.split('\n')[0]?.slice(0, 60) ?? '' },
    ],
  ] satisfies [string, LlmStep][])('is the greeting where the model %s', async (_how, step) => {
    await storage.characters.update(of.workspaceId, of.characterId, { greeting: 'Ahoy!' });
    expect((await write(undefined, step)).turn.assistantText).toBe('Ahoy!');
  });
});
