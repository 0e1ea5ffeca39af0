import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../src/memory/afterwork.ts';
import type { Person } from '../../src/memory/memory.ts';
import { drawFacts } from '../../src/minds/draw-facts.ts';
import { recollect } from '../../src/minds/recollecting.ts';
import { summarise } from '../../src/minds/summarise.ts';
import { respond } from '../../src/offline/responder/responder.ts';
import { mostSummaryTokens } from '../../src/prompt/summary.ts';
import { estimateTokens } from '../../src/prompt/tokens.ts';
import { SessionSettings } from '../../src/protocol/connect.ts';
import type { Summary } from '../../src/protocol/recollection.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { aSession, aTurn, Storage } from '../contracts/storage/storage.ts';
import { newDatabase } from '../fakes/new-database.ts';
import { ScriptedLlm, type LlmStep } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { ScriptedTts } from '../fakes/scripted-tts.ts';

describe('what characters remember', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = new Storage(await newDatabase());
  });
  afterAll(() => storage.database.close());

  const embedded: LlmStep = {
    pieces: (messages) => respond(messages.flatMap((one) => (one.role === 'tool' ? [] : [one]))),
  };
  const { signal } = new AbortController();
  let of: { workspaceId: string; characterId: string; conversationId: string };
  let sessionId = '';
  let told: Person[] = [];
  beforeEach(async () => {
    told = [];
    of = await storage.conversation();
    sessionId = (await storage.sessions.open(aSession(of))).id;
  });

  const deps = (llm: ScriptedLlm) => ({
    ...storage.recollecting,
    ...{ afterwork: storage.afterwork, turns: storage.turns, sessions: storage.sessions },
    ...{ participants: storage.participants, onFacts: (person: Person) => told.push(person) },
    ...{ characters: storage.characters, models: storage.models },
    ...{ budgetTokens: 2_000, summaries: storage.recollecting.summaries },
    providers: { llm, stt: new ScriptedStt(storage.clock), tts: new ScriptedTts(storage.clock) },
    clock: storage.clock,
  });
  const llm = (...steps: LlmStep[]) => new ScriptedLlm(storage.clock, ...steps);
  const say = (userText: string, who: string | null = 'ann', assistantText = 'I see.') =>
    storage.turns.append(
      sessionId,
      aTurn({
        ...{ userText, assistantText, startedAt: storage.clock.nowAt().toISOString() },
        speaker: { identity: `user:${who}`, speakerId: who, speakerName: who },
      }),
    );
  const take = async (kind: Task['kind']): Promise<Task> => {
    await storage.afterwork.due(of.conversationId, kind, 0);
    const task = await storage.afterwork.take();
    if (!task) throw new Error('nothing is due');
    return task;
  };
  const draw = async (...steps: LlmStep[]) => {
    const model = llm(...(steps.length > 0 ? steps : [embedded]));
    await drawFacts(await take('facts'), deps(model), signal);
    return model.log.calls.length;
  };
  const of_ = (personId: string) => ({
    ...{ workspaceId: of.workspaceId, characterId: of.characterId, personId },
  });
  const factsOf = async (personId: string) =>
    (await storage.recollecting.memories.foremost(of_(personId), 50)).map(({ text }) => text);

  it('is drawn from what was said, with the turn it came from', async () => {
    await say('Hello.');
    await say('My dog is called Rex.');
    expect(await draw()).toBe(1);
    expect(await factsOf('ann')).toEqual(['The user said: "My dog is called Rex"']);
    const [memory] = await storage.recollecting.memories.foremost(of_('ann'), 1);
    const turns = await storage.turns.history(of, 10);
    expect(memory).toMatchObject({ turnId: turns[1]?.id, conversationId: of.conversationId });
  });

  it('is drawn of new turns alone when the conversation goes on, and newer facts replace older', async () => {
    await say('My dog is called Rex.');
    await draw();
    expect(await draw()).toBe(0);
    await storage.clock.advance(1_000);
    await say('My dog is called Max.');
    const model = llm(embedded);
    await drawFacts(await take('facts'), deps(model), signal);
    const asked = model.log.calls[0]?.input.messages[1]?.content ?? '';
    expect(asked).toContain('> dog name: The user said: "My dog is called Rex"');
    expect(asked).not.toContain('> [2]');
    expect(await factsOf('ann')).toEqual(['The user said: "My dog is called Max"']);
  });

  describe('where kinds of facts are configured', () => {
    const configure = (longTermMemories: unknown[]) =>
      storage.characters.update(of.workspaceId, of.characterId, {
        xingchen: { advancedConfig: { longTermMemories } },
      });
    const kinds = (...names: string[]) => ({
      ...{ enabled: true, memoryType: 'kv' },
      kvMemoryConfigs: names.map((memoryText) => ({ enabled: true, memoryText })),
    });
    const keysOf = async (personId: string) =>
      (await storage.recollecting.memories.foremost(of_(personId), 50)).map(({ key }) => key);

    it('is of these kinds alone, one of each, and grows with what is said', async () => {
      await configure([kinds('姓名', '喜好')]);
      await say('我叫小明。我住在北京。我喜欢茶。');
      await draw();
      expect(await keysOf('ann')).toEqual(['姓名', '喜好']);
      await storage.clock.advance(1_000);
      await say('我喜欢爵士乐。');
      await draw();
      expect(await factsOf('ann')).toEqual([
        '用户说：“我叫小明”',
        '用户说：“我喜欢茶；我喜欢爵士乐”',
      ]);
    });

    it('is nothing of what a model writes beside them', async () => {
      await configure([kinds('姓名')]);
      await say('我叫小明。我住在北京。');
      const facts = [
        { turn: 1, key: '住址', fact: '用户住在北京。', importance: 2 },
        { turn: 1, key: '姓名', fact: '用户叫小明。', importance: 3 },
      ];
      await draw({ pieces: JSON.stringify(facts) });
      expect(await factsOf('ann')).toEqual(['用户叫小明。']);
    });

    it('is nothing, and no model is asked, where there are none', async () => {
      await configure([{ enabled: true, memoryType: 'summary' }]);
      await say('My name is Ann.');
      expect(await draw()).toBe(0);
      expect(await factsOf('ann')).toEqual([]);
    });
  });

  it('is what guests of another workspace’s open character said, and theirs alone', async () => {
    const host = of;
    const guest = await storage.workspace();
    const { characterId } = host;
    const { id } = await storage.conversations.open({ ...guest, characterId, endUserId: 'ann' });
    of = { workspaceId: guest.workspaceId, characterId, conversationId: id };
    sessionId = (await storage.sessions.open(aSession(of))).id;
    await say('My dog is called Rex.');
    expect(await draw()).toBe(1);
    expect(await factsOf('ann')).toEqual(['The user said: "My dog is called Rex"']);
    await storage.characters.update(host.workspaceId, characterId, { historyTurns: 1 });
    await say('I live in Rome.');
    const all = { ...deps(llm({ pieces: 'Ann has a dog.' })), onSummary: () => undefined };
    await storage.afterwork.due(id, 'summary', 0);
    for (;;) {
      const task = await storage.afterwork.take();
      if (!task) break;
      await summarise(task, all, signal);
    }
    expect((await storage.recollecting.summaries.get(of))?.text).toContain('Ann has a dog.');
    expect(await storage.characters.readIn(host.workspaceId, id)).toBeUndefined();
    of = host;
    expect(await factsOf('ann')).toEqual([]);
  });

  it('is the speaker’s, of several people in one room', async () => {
    await say('My name is Ann.', 'ann');
    await say('I like tea.', 'ben');
    await say('I like gold.', null);
    expect(await draw()).toBe(2);
    expect(await factsOf('ann')).toEqual(['The user said: "My name is Ann"']);
    expect(await factsOf('ben')).toEqual(['The user said: "I like tea"']);
    expect(await factsOf('null')).toEqual([]);
  });

  it('is the same person’s, by whichever id they come', async () => {
    const { id } = await storage.speakers.ensure(of.workspaceId, { deviceId: 'pad', name: null });
    await say('My name is Ann.', 'pad');
    await say('I like tea.', id);
    expect(await draw()).toBe(1);
    expect(await factsOf(id)).toHaveLength(2);
    const character = await storage.characters.get(of.workspaceId, of.characterId);
    if (!character) throw new Error('no character');
    const there = await recollect({ ...of, character }, ['pad', 'ben'], storage.recollecting);
    expect(there.people).toEqual([{ speakerId: 'pad', facts: await factsOf(id) }]);
  });

  it('is nothing where it is switched off, for the character or for the session', async () => {
    await say('My name is Ann.');
    const character = await storage.characters.get(of.workspaceId, of.characterId);
    if (!character) throw new Error('no character');
    await storage.characters.update(of.workspaceId, of.characterId, { memoryEnabled: false });
    expect(await draw()).toBe(0);
    const off = { ...character, memoryEnabled: false };
    await storage.recollecting.memories.keep(of_('ann'), [
      { key: null, text: 'tea', importance: 2, saidAt: storage.clock.nowAt() },
    ]);
    const remembered = await recollect({ ...of, character: off }, ['ann'], storage.recollecting);
    expect(remembered.people).toEqual([]);
    await storage.characters.update(of.workspaceId, of.characterId, { memoryEnabled: true });
    const settings = SessionSettings.parse({ memory_enabled: false });
    sessionId = (await storage.sessions.open(aSession({ ...of, settings }))).id;
    await say('I live in Leeds.');
    expect(await draw()).toBe(0);
    expect(await factsOf('ann')).toEqual(['tea']);
  });

  it.each([
    ['fails', { pieces: '', fails: new ProviderFailed('llm', 'refused', false, undefined) }],
    ['answers with something else', { pieces: 'I would rather not.' }],
  ])('is drawn later when the model %s', async (_how, step: LlmStep) => {
    await say('My name is Ann.');
    await expect(draw(step)).rejects.toThrow();
    expect(await factsOf('ann')).toEqual([]);
    await draw();
    expect(await factsOf('ann')).toHaveLength(1);
  });

  it('is nothing of those who wished that, whoever made the room', async () => {
    const admit = (speakerId: string, remembered: boolean) =>
      storage.participants.admit({
        ...{ sessionId, id: randomUUID(), remembered, most: 2 },
        participant: { identity: `user:${speakerId}`, speakerId, speakerName: null },
        ...{ at: storage.clock.nowAt(), heldSince: new Date(0) },
      });
    await admit('ann', true);
    await admit('ben', false);
    await say('I like tea.', 'ann');
    await say('I like gold.', 'ben');
    expect(await draw()).toBe(1);
    expect(await factsOf('ann')).toHaveLength(1);
    expect(await factsOf('ben')).toEqual([]);
    expect(told).toEqual([of_('ann')]);
  });

  it('comes of a turn that nobody ended too, once nobody can end it any more', async () => {
    const startedAt = storage.clock.nowAt().toISOString();
    const speaker = { identity: 'user:ann', speakerId: 'ann', speakerName: null };
    const userText = 'I like tea.';
    await storage.turns.append(
      sessionId,
      aTurn({ userText, startedAt, speaker, status: 'open', assistantText: '' }),
    );
    expect(await draw()).toBe(0);
    expect(await storage.afterwork.take()).toBeUndefined();
    await storage.clock.advance(10 * 60_000);
    const task = await storage.afterwork.take();
    if (!task) throw new Error('it is not due');
    await drawFacts(task, deps(llm(embedded)), signal);
    expect(await factsOf('ann')).toEqual(['The user said: "I like tea"']);
  });

  it('is not doubled by two who draw it at once', async () => {
    await say('My dog is called Rex.');
    await say('I like tea.');
    const task = await take('facts');
    const model = llm({
      pieces: JSON.stringify([{ turn: 2, fact: 'The user is fond of tea.' }]),
    });
    await Promise.all([
      drawFacts(task, deps(model), signal),
      drawFacts(task, deps(llm(embedded)), signal),
    ]);
    const facts = await factsOf('ann');
    expect([1, 2]).toContain(facts.length);
    expect(facts.length === 1).toBe(facts[0] === 'The user is fond of tea.');
  });

  describe('of a long conversation', () => {
    const talk = async (turns: number) => {
      for (let n = 0; n < turns; n++)
        await say(`Then we came to harbour number ${n}.`, 'ann', `${'We sail on. '.repeat(8)}${n}`);
    };
    const sumUp = async (step: LlmStep = embedded) => {
      const told: Summary[] = [];
      const model = llm(step);
      const all = {
        ...deps(model),
        onSummary: ({ summary }: { summary: Summary }) => told.push(summary),
      };
      await storage.afterwork.due(of.conversationId, 'summary', 0);
      for (;;) {
        const task = await storage.afterwork.take();
        if (!task) break;
        await summarise(task, all, signal);
      }
      return { told, calls: model.log.calls };
    };

    it('is a summary of the older turns, that keeps names and promises', async () => {
      await say('My name is Ann.', 'ann', 'I will bring you the silver key.');
      await talk(40);
      const { told, calls } = await sumUp();
      expect(told.length).toBeGreaterThan(0);
      const summary = await storage.recollecting.summaries.get(of);
      expect(summary).toEqual(told.at(-1));
      expect(summary?.text).toContain('My name is Ann');
      expect(summary?.text).toContain('the silver key');
      expect(estimateTokens(summary?.text ?? '')).toBeLessThanOrEqual(mostSummaryTokens);
      const turns = await storage.turns.history(of, 100);
      const through = turns.findIndex(({ id }) => id === summary?.throughTurnId);
      expect(through).toBeGreaterThan(20);
      expect(through).toBeLessThan(40);
      for (const { input } of calls)
        expect(estimateTokens(input.messages[1]?.content ?? '')).toBeLessThan(4_000);
    });

    it('covers each turn once, and goes on from the summary before', async () => {
      await talk(40);
      await sumUp({ pieces: 'They sailed.' });
      expect((await sumUp()).calls).toEqual([]);
      await talk(40);
      const { calls } = await sumUp({ pieces: 'They sailed far.' });
      expect(calls[0]?.input.messages[1]?.content).toContain('> They sailed.');
      expect((await storage.recollecting.summaries.get(of))?.text).toBe('They sailed far.');
    });

    it('is not of turns that were erased while it was written', async () => {
      await talk(40);
      await say('Who goes there?', 'ben');
      await storage.afterwork.due(of.conversationId, 'summary', 0);
      const task = await storage.afterwork.take();
      if (!task) throw new Error('nothing is due');
      await storage.speakers.delete(of.workspaceId, 'ben');
      const all = {
        ...deps(llm({ pieces: 'Ben asked who goes there.' })),
        onSummary: () => undefined,
      };
      await summarise(task, all, signal);
      expect(await storage.recollecting.summaries.get(of)).toBeUndefined();
    });

    it('is nothing while it is short', async () => {
      await talk(4);
      expect((await sumUp()).calls).toEqual([]);
    });

    it('is nothing where summaries are not configured', async () => {
      const longTermMemories = [{ enabled: false, memoryType: 'summary' }];
      const xingchen = { advancedConfig: { longTermMemories } };
      await storage.characters.update(of.workspaceId, of.characterId, { xingchen });
      await talk(40);
      expect((await sumUp()).calls).toEqual([]);
    });

    it('begins sooner where the character is shown few turns', async () => {
      await storage.characters.update(of.workspaceId, of.characterId, { historyTurns: 4 });
      await talk(6);
      const { told } = await sumUp();
      const turns = await storage.turns.history(of, 10);
      expect(told).toEqual([{ text: expect.any(String) as unknown, throughTurnId: turns[3]?.id }]);
    });
  });
});
