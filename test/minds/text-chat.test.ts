import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AnswerFailed,
  AnswerRunning,
  NoAnswer,
  NothingToAnswer,
  TurnPassed,
  WordsRefused,
} from '../../src/minds/answer-failed.ts';
import { Gate } from '../../src/lifetime/gate.ts';
import type { RecallScope } from '../../src/minds/recall.ts';
import { TextChat } from '../../src/minds/text-chat.ts';
import type { TextAnswer, TextRequest } from '../../src/minds/text-request.ts';
import type { Material, RecallQuery } from '../../src/protocol/material.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { aCharacter } from '../fakes/a-character.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { runningInMemory } from '../fakes/running-in-memory.ts';
import { ScriptedLlm, type LlmStep } from '../fakes/scripted-llm.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { ScriptedTts } from '../fakes/scripted-tts.ts';

const broken = new ProviderFailed('llm', 'brokeOff', true);
const refused = new ProviderFailed('llm', 'refused', false);

/** A chat over conversations in memory. */
function scene(...steps: LlmStep[]) {
  const clock = new FakeClock();
  const llm = new ScriptedLlm(clock, ...steps);
  const kept = new Map<string, TurnRecord[]>();
  const of = ({ conversationId }: { conversationId: string }) => kept.get(conversationId) ?? [];
  let position = 0;
  let judged: (text: string) => Promise<string | null> = () => Promise.resolve(null);
  const library: Material[] = [];
  const askedFor: { scope: RecallScope; query: RecallQuery }[] = [];
  const chat = new TextChat({
    recall: {
      hasAny: () => Promise.resolve(library.length > 0),
      find: (about, query) => {
        askedFor.push({ scope: about, query });
        return Promise.resolve(library);
      },
    },
    turns: { history: (where) => Promise.resolve([...of(where)]) },
    written: {
      keep: (where, turn, options) => {
        const left = of(where).filter(({ id }) => id !== options?.replaces);
        kept.set(where.conversationId, [...left, turn]);
        return Promise.resolve(++position);
      },
    },
    running: runningInMemory(),
    models: { settings: () => Promise.resolve(null) },
    providers: {
      llm,
      stt: new ScriptedStt(clock, { text: '' }),
      tts: new ScriptedTts(clock, {}),
      moderation: { judge: (text) => judged(text) },
    },
    clock,
    log: silentLog,
  });
  const request = (words: string | null, more: Partial<TextRequest> = {}): TextRequest => ({
    workspaceId: 'w',
    character: aCharacter({ name: 'Ada', backstory: 'Ada keeps the light.' }),
    conversationId: 'c',
    words,
    ...more,
  });
  const moderate = (by: typeof judged) => {
    judged = by;
  };
  return {
    ...{ chat, llm, clock, kept: () => kept.get('c') ?? [], request, moderate },
    ...{ library, askedFor },
  };
}

const never = new AbortController().signal;

async function collect(stream: AsyncGenerator<string, TextAnswer>) {
  const pieces: string[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done) return { pieces, answer: next.value };
    pieces.push(next.value);
  }
}

describe('a chat in writing', () => {
  it('keeps exactly what it gave out, with the words that were answered', async () => {
    const { chat, kept, request } = scene({ pieces: ['**Good', '** evening 🌙, ', 'friend. \n'] });
    const speaker = { identity: 'human:7', speakerId: '7', speakerName: 'Tom' };
    const { pieces, answer } = await collect(chat.stream(request('Hello', { speaker }), never));
    expect(pieces.join('')).toBe('Good evening 🌙, friend.');
    expect(answer.turn).toMatchObject({
      origin: 'text',
      userText: 'Hello',
      assistantText: 'Good evening 🌙, friend.',
      status: 'completed',
      speaker,
    });
    expect(answer.position).toBe(1);
    expect(kept()).toEqual([answer.turn]);
  });

  it('takes out actions, feelings, thoughts and the own name wherever the text is cut', async () => {
    const said = '<think>Hm.</think>Ada: Look! [do: Wave] There [feel: joy 2] it is.';
    for (const size of [1, 3, 7]) {
      const pieces = said.match(new RegExp(`.{1,${size}}`, 'gsu')) ?? [];
      const { chat, request } = scene({ pieces });
      const { answer } = await collect(chat.stream(request('Where?'), never));
      expect(answer.turn.assistantText).toBe('Look! There it is.');
    }
  });

  const actions = {
    ...{ actions: ['Serve'], objects: [{ name: 'Tea', description: '' }], characters: [] },
    current_attention_object: null,
  };

  it('acts by marks in its text where the model takes no functions, and does what it may alone', async () => {
    const { chat, llm, request } = scene(
      { calls: 'unfit', pieces: '' },
      { pieces: 'Here. [do: Serve Tea] [do: Burn Tea]' },
    );
    const answer = await chat.answer(request('Tea, please', { actions }), never);
    expect(answer.turn.assistantText).toBe('Here.');
    expect(answer.actions).toEqual([{ name: 'Serve', target: 'Tea' }]);
    expect(llm.log.calls.map(({ input }) => input.tools)).toEqual([['emit_actions'], []]);
    expect(llm.log.calls[1]?.input.messages[0]?.content).toContain('[do: Serve Tea]');
  });

  it('may act without a word', async () => {
    const { chat, request, kept } = scene({ pieces: '[do: Serve Tea]' });
    const answer = await chat.answer(request('Tea, please', { actions }), never);
    expect(answer.actions).toEqual([{ name: 'Serve', target: 'Tea' }]);
    expect(kept()).toMatchObject([{ userText: 'Tea, please', assistantText: '' }]);
    const nothing = scene({ pieces: '[do: Burn Tea]' });
    await expect(
      nothing.chat.answer(nothing.request('Burn it', { actions }), never),
    ).rejects.toThrow(NoAnswer);
  });

  it('tells the model what was said before, by voice too, and that this is in writing', async () => {
    const { chat, llm, request } = scene({ pieces: 'One.' }, { pieces: 'Two.' });
    await chat.answer(request('First?'), never);
    await chat.answer(request('Second?', { told: { staticText: 'It rains.' } }), never);
    const [system, ...rest] = llm.log.calls[1]?.input.messages ?? [];
    expect(system?.content).toContain('in writing');
    expect(system?.content).toContain('> It rains.');
    expect(rest.map(({ content }) => content)).toEqual(['First?', 'One.', 'Second?']);
  });

  it('answers with a history that was given instead of its own, and keeps nothing without a conversation', async () => {
    const { chat, llm, kept, request } = scene({ pieces: 'One.' });
    await chat.answer(request('Kept?'), never);
    const given: TurnRecord = {
      id: randomUUID(),
      origin: 'text',
      userText: 'How old are you?',
      assistantText: 'Seventeen.',
      status: 'completed',
      stages: {},
      startedAt: '2026-01-01T00:00:00.000Z',
    };
    const over = { history: [given], conversationId: null, sampling: { maxTokens: 9 } };
    const { position } = await chat.answer(request('And now?', over), never);
    expect(position).toBeNull();
    expect(kept()).toHaveLength(1);
    const { messages, maxTokens } = llm.log.calls[1]?.input ?? { messages: [] };
    expect(maxTokens).toBe(9);
    expect(messages.slice(1).map(({ content }) => content)).toEqual([
      'How old are you?',
      'Seventeen.',
      'And now?',
    ]);
  });

  it('answers anew in the place of the last turn, which the model does not see', async () => {
    const { chat, llm, kept, request } = scene({ pieces: 'Bad.' }, { pieces: 'Better.' });
    await chat.answer(request('Well?'), never);
    const { turn } = await chat.answer(request(null, { anew: true }), never);
    expect(turn.userText).toBe('Well?');
    expect(kept()).toEqual([turn]);
    expect(llm.log.calls[1]?.input.messages).toHaveLength(2);
    const nothing = chat.answer(request(null, { anew: true, conversationId: 'other' }), never);
    await expect(nothing).rejects.toThrow(NothingToAnswer);
  });

  it('hands on what the model calls, and keeps nothing of a call alone', async () => {
    const call = { name: 'weather', json: '{"city":"Rome"}' };
    const { chat, llm, kept, request } = scene(
      { pieces: [], calls: [call] },
      { pieces: 'Rain.', calls: 'unfit' },
      { pieces: 'Rain.' },
    );
    const tools = { offered: [{ name: 'weather', description: '', parameters: {} }] };
    const called = await chat.answer(request('Weather?', { tools }), never);
    expect(called).toMatchObject({ calls: [call], position: null, turn: { assistantText: '' } });
    expect(kept()).toEqual([]);
    const said = await chat.answer(request('Weather?', { tools }), never);
    expect(said.turn.assistantText).toBe('Rain.');
    expect(llm.log.calls.map(({ input }) => input.tools)).toEqual([['weather'], ['weather'], []]);
  });

  it('tells words that were made elsewhere as its answer, under the id that was given', async () => {
    const { chat, kept, request } = scene();
    const turnId = randomUUID();
    await chat.tell(request('Say it.', { turnId }), 'No.');
    await chat.tell(request(null, { anew: true }), 'Never.');
    expect(kept()).toMatchObject([{ id: turnId, userText: 'Say it.', assistantText: 'Never.' }]);
  });

  it('answers nothing anew but what was chosen, whatever came meanwhile', async () => {
    const { chat, llm, kept, request } = scene({ pieces: 'One.' });
    const chosen = randomUUID();
    await chat.tell(request('First?', { turnId: chosen }), '1');
    await chat.tell(request('Second?'), '2');
    const anew = request(null, { anew: true, turnId: chosen });
    await expect(chat.answer(anew, never)).rejects.toThrow(TurnPassed);
    await expect(chat.tell(anew, '3')).rejects.toThrow(TurnPassed);
    expect(llm.log.calls).toEqual([]);
    expect(kept().map(({ assistantText }) => assistantText)).toEqual(['1', '2']);
  });

  it('keeps nothing of words that come with a call: what follows on its result is the answer', async () => {
    const call = { name: 'weather', json: '{}' };
    const { chat, kept, request } = scene({ pieces: 'Let me look.', calls: [call] });
    const tools = { offered: [{ name: 'weather', description: '', parameters: {} }] };
    const called = await chat.answer(request('Weather?', { tools }), never);
    expect(called).toMatchObject({ position: null, turn: { assistantText: 'Let me look.' } });
    expect(kept()).toEqual([]);
  });

  it('notes what known words took', async () => {
    const { chat, kept, request } = scene();
    const usage = {
      ...{ sttAudioMs: 0, ttsCharacters: 0 },
      ...{ llmPromptTokens: 7, llmCompletionTokens: 3 },
    };
    await chat.tell(request('Hello'), { text: 'No.', usage });
    expect(kept()).toMatchObject([{ assistantText: 'No.', usage }]);
  });

  it('answers beside another answer where it needs nothing of it', async () => {
    const { chat, kept, request } = scene({ pieces: ['One ', 'two.'] });
    const running = chat.stream(request('Count.'), never);
    await running.next();
    await chat.answer(request('Count.', { isIndependent: true, history: [] }), never);
    expect(kept()).toHaveLength(1);
  });

  it('speaks of an occasion unasked', async () => {
    const { chat, request } = scene({ pieces: 'It rains.' });
    const occasion = { text: 'Weather: rain.', mayAbstain: false };
    const { turn } = await chat.answer(request(null, { occasion }), never);
    expect(turn).toMatchObject({ origin: 'trigger', userText: null });
  });

  it('gives one answer at a time in a conversation, and is free again however it ended', async () => {
    const { chat, request } = scene({ pieces: ['One ', 'two.'] });
    const running = chat.stream(request('Count.'), never);
    await running.next();
    await expect(chat.answer(request('Count.'), never)).rejects.toThrow(AnswerRunning);
    const elsewhere = chat.answer(request('Count.', { conversationId: 'other' }), never);
    await expect(elsewhere).resolves.toMatchObject({ turn: { assistantText: 'One two.' } });
    await running.return(await elsewhere);
    await expect(chat.answer(request('Count.'), never)).resolves.toBeDefined();
  });

  it('is taken while it is found out what the character tells', async () => {
    const { chat, kept, request } = scene({ pieces: 'Hello.' });
    const found = new Gate();
    const telling = chat.tell(request(null), () => found.opened.then(() => 'It rains.'));
    await expect(chat.answer(request('Well?'), never)).rejects.toThrow(AnswerRunning);
    await expect(chat.tell(request(null), 'It snows.')).rejects.toThrow(AnswerRunning);
    found.open();
    expect((await telling).turn.assistantText).toBe('It rains.');
    const failing = chat.tell(request(null), () => Promise.reject(new NoAnswer()));
    await expect(failing).rejects.toThrow(NoAnswer);
    await chat.answer(request('Well?'), never);
    expect(kept().map(({ assistantText }) => assistantText)).toEqual(['It rains.', 'Hello.']);
  });

  it('ends the call to the model and keeps nothing when its reader leaves', async () => {
    const { chat, llm, clock, kept, request } = scene({ pieces: ['One ', 'two.'], pieceMs: 1_000 });
    const leaving = new AbortController();
    const answer = chat.answer(request('Count.'), leaving.signal);
    const failed = expect(answer).rejects.toThrow('left');
    await clock.advance(500);
    leaving.abort(new Error('left'));
    await failed;
    expect(llm.log.count('aborted')).toBe(1);
    expect(kept()).toEqual([]);
  });

  it('asks once more when the model failed before a word, and keeps nothing when it fails after one', async () => {
    const first = scene({ pieces: [], fails: broken }, { pieces: 'Here.' });
    const { turn } = await first.chat.answer(first.request('There?'), never);
    expect(turn.assistantText).toBe('Here.');
    for (const step of [
      { pieces: 'Half of', fails: broken },
      { pieces: [], fails: refused },
    ]) {
      const { chat, kept, request } = scene(step);
      await expect(chat.answer(request('There?'), never)).rejects.toThrow(AnswerFailed);
      expect(kept()).toEqual([]);
    }
  });

  it('is an error when the model says nothing', async () => {
    const { chat, kept, request } = scene({ pieces: '[ABSTAIN]' });
    await expect(chat.answer(request('There?'), never)).rejects.toThrow(NoAnswer);
    expect(kept()).toEqual([]);
  });

  it('shows nothing of an answer to words that moderation refuses', async () => {
    const { chat, kept, request, moderate } = scene({ pieces: 'Sure, so it is.' });
    moderate(() => Promise.resolve('violence'));
    await expect(chat.stream(request('Harm!'), never).next()).rejects.toThrow(WordsRefused);
    expect(kept()).toEqual([]);
    moderate(() => Promise.reject(new ProviderFailed('moderation', 'timeout', true)));
    await expect(chat.answer(request('Hello'), never)).resolves.toBeDefined();
  });

  it('ends an answer that has no end, and not in the middle of a character', async () => {
    const { chat, request } = scene({ pieces: ['a', '🌙'.repeat(20_000), 'never asked for'] });
    const { turn } = await chat.answer(request('Go on.'), never);
    expect(turn.assistantText).toBe(`a${'🌙'.repeat(3_999)}`);
  });

  it('is written from what can be recalled, which the kept turn names', async () => {
    const piece = {
      source: 'knowledge',
      id: 'p',
      title: 'a.pdf',
      text: 'At noon.',
      score: 1,
    } as const;
    let read = '';
    const { chat, kept, request, library, askedFor } = scene({
      pieces: ([system]) => {
        read = system?.content ?? '';
        return 'At noon.';
      },
    });
    library.push(piece);
    await chat.answer(request('When is high water?'), never);
    expect(askedFor).toMatchObject([
      { scope: { workspaceId: 'w', conversationId: 'c', endUserId: null } },
    ]);
    expect(askedFor).toMatchObject([{ query: { text: 'When is high water?', speakerId: null } }]);
    expect(read).toContain('> [a.pdf]\n> At noon.');
    expect(kept()).toMatchObject([{ material: [piece], stages: { recallMs: 0 } }]);
  });
});
