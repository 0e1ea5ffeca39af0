import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callerRateHz, kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider, type ChatRequest } from '../fakes/scripted-provider.ts';
import type { Behaviour } from '../fakes/scripted-stage.ts';
import { Calls, dataOf, speakQuickly } from './support/calls.ts';
import { orderProblems } from './support/message-order.ts';
import { Parley } from './support/server.ts';

/**
 * Each round has twelve turns: nine answers of which two are acted out, one that is blocked, one that stays silent, and
 * one that a spoken interruption cuts off. At the end of a session three fail.
 */
const rounds = 2;
const sentence = 'Please tell me something else.';
const longAnswer =
  'The harbour lies below the hill behind the old mill, on the other side of the river. ' +
  'Follow the path until you see the masts. Then ask for the keeper, who knows the rest.';

/** What clients ask for beside actions: sound in every form, writing alone, emotions, faces, and to be seen. */
const bodies: Record<string, unknown>[] = [
  { connection_type: 'video', emotion_config: { provider: 'llm', min_word_threshold: 1 } },
  { audio_config: { output: { audio_routing: 'both' } } },
  { audio_config: { output: { audio_routing: 'data_only' } } },
  { default_tts_enabled: false },
  {},
  { emotion_config: { provider: 'nrclex' } },
  { blendshape_provider: 'neurosync', blendshape_config: { format: 'arkit' } },
  { blendshape_provider: 'ovr' },
];

const action_config = {
  actions: ['Wave', 'Move To'],
  objects: [{ name: 'cube', description: '' }],
};
const blockedText = 'How do I build a bomb?';
/** What is answered to which words; to all others, a few plain ones. */
const answers: [asked: string, answer: string][] = [
  ['harbour', longAnswer],
  ['Wave', 'Very well. [feel: joy 2] [do: Wave]'],
  ['cube', 'Here you are, my friend.'],
  ['bird', '[ABSTAIN]'],
  ['stumble', 'Let me begin, and then stop before the end.'],
  ['gramophone', 'The first half of this is well. The gramophone is broken.'],
];
const refused: Behaviour = { kind: 'refuse', status: 503 };
const CharId = z.object({ charID: z.string() });
const SectionId = z.object({ section_id: z.string() });
const Turns = z.object({
  turns: z.array(z.object({ turn_id: z.string(), status: z.string(), heard_text: z.string() })),
  next: z.number().nullable(),
});

describe('the messages of a session', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let utterance: Int16Array;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    provider.llm.pace = { firstMs: 20, pieceMs: 1 };
    provider.tts.pace = { firstMs: 20, pieceMs: 0 };
    provider.transcript = () => sentence;
    const asks = ({ messages }: ChatRequest, what: string) =>
      (messages.at(-1)?.content ?? '').includes(what);
    provider.reply = (request) =>
      answers.find(([what]) => asks(request, what))?.[1] ?? 'Very well, as you wish.';
    const json = '{"actions":[{"name":"Move To","target":"cube"}]}';
    provider.calls = (request) => (asks(request, 'cube') ? [{ name: 'emit_actions', json }] : []);
    provider.llm.because = (request) => {
      if (asks(request, 'refuse')) return refused;
      return asks(request, 'stumble') ? { kind: 'breakOff', afterPieces: 3 } : undefined;
    };
    provider.tts.because = ({ input }) => (input.includes('gramophone') ? refused : undefined);
    speakQuickly(provider);
    utterance = await spoken(sentence, callerRateHz);
    provider.flags = ({ input }) => (input.includes('bomb') ? ['violence'] : []);
    parley = await Parley.start({
      provider,
      env: { MODERATION_BASE_URL: provider.baseUrl, MODERATION_MODEL: 'judge', LLM_VISION: 'on' },
    });
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  const count = (caller: Caller, kind: string) =>
    caller.received.filter(({ message }) => kindOf(message) === kind).length;

  /** Waits until this many more turns have ended than when it was called. */
  function ended(caller: Caller, more: number): () => Promise<unknown> {
    const wanted = count(caller, 'bot-turn-completed') + more;
    return () =>
      caller.until(
        () => count(caller, 'bot-turn-completed') >= wanted || undefined,
        `the end of turn ${wanted}`,
      );
  }

  const type = (caller: Caller, text: string) =>
    caller.send({ type: 'user_text_message', data: { text } });

  /** Types a question with a long answer and waits until that is under way. */
  async function askAtLength(caller: Caller): Promise<void> {
    const begun = count(caller, 'bot-llm-text');
    await type(caller, 'Where is the harbour?');
    await caller.until(() => count(caller, 'bot-llm-text') > begun || undefined, 'an answer');
  }

  /** Types a question, and waits for the end of its own turn: of one that was still due, there may be another before. */
  async function ask(caller: Caller, text: string): Promise<void> {
    const from = caller.received.length;
    const isAsked = ({ message }: Received) =>
      kindOf(message) === 'final-user-transcription' && dataOf(message)['text'] === text;
    const asked = () => caller.received.findIndex((one, at) => at >= from && isAsked(one));
    await type(caller, text);
    await caller.until(() => (asked() >= 0 ? true : undefined), text);
    await caller.message('bot-turn-completed', { fromIndex: asked() });
  }

  async function round(caller: Caller, bargesIn: boolean): Promise<void> {
    // In words, with an action and a feeling in the text, and with an action that is called.
    for (const text of ['Good evening.', 'Wave to me.', 'Fetch the cube.']) await ask(caller, text);

    // Nothing that is worth a word.
    const ignored = ended(caller, 1);
    const data = { text: 'A bird flies by.', run_llm: 'auto' };
    await caller.send({ type: 'context-update', data });
    await ignored();

    // Cut off by the client's word, and by its next question, early and late.
    const stopped = ended(caller, 1);
    await askAtLength(caller);
    await caller.send({ type: 'interrupt-bot' });
    await stopped();
    const replaced = ended(caller, 2);
    await askAtLength(caller);
    await type(caller, 'Good evening.');
    await replaced();
    const hurried = ended(caller, 2);
    await type(caller, 'Where is the harbour?');
    await type(caller, 'Good evening.');
    await hurried();

    // Neither answered nor remembered, and a turn all the same.
    await ask(caller, blockedText);

    const answered = ended(caller, bargesIn ? 2 : 1);
    if (bargesIn) await askAtLength(caller);
    await caller.speak(utterance);
    await answered();
  }

  /** A model that refuses, one that stops in mid-sentence, and a voice that breaks in the second sentence. */
  async function fail(caller: Caller): Promise<void> {
    for (const text of ['Please refuse.', 'Now stumble.', 'Play the gramophone.'])
      await ask(caller, text);
    await ask(caller, 'Good evening.');
  }

  /** Makes the character speak about what it is shown, in the middle of an answer. */
  async function look(caller: Caller): Promise<void> {
    const looked = ended(caller, 2);
    await askAtLength(caller);
    const data = { respond_mode: 'must_respond', text: 'What do you see?' };
    await caller.send({ type: 'vision-trigger', data });
    await looked();
  }

  async function converse(body: Record<string, unknown>): Promise<Caller> {
    const caller = await calls.open({ body: { action_config, ...body, debug: true } });
    const isSpoken = body['default_tts_enabled'] !== false;
    for (let n = 0; n < rounds; n++) {
      await round(caller, isSpoken && n % 2 === 0);
      if (body['connection_type'] === 'video') await look(caller);
    }
    await fail(caller);
    return caller;
  }

  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`${parley.url}/character/${path}`, {
      method: 'POST',
      headers: { 'CONVAI-API-KEY': parley.apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  };

  /** One who greets, tells a story in two sections, and is moved through it by a trigger in the middle of an answer. */
  async function storyteller(): Promise<string> {
    const draft = { charName: 'Gil', voiceType: 'nova', backstory: 'Gil keeps a museum.' };
    const made = await post('create', { ...draft, greeting: 'Welcome to the museum.' });
    const { charID: character_id } = CharId.parse(made);
    const section = async (section_name: string) => {
      const body = { character_id, section_name, objective: `Tell of the ${section_name}.` };
      return SectionId.parse(await post('narrative/create-section', body)).section_id;
    };
    await section('hall');
    const destination_section = await section('engine');
    await post('narrative/create-trigger', {
      ...{ character_id, destination_section },
      ...{ trigger_name: 'bell', trigger_message: 'The bell rings.' },
    });
    await post('toggle-is-narrative-driven', { character_id, is_narrative_driven: true });
    return character_id;
  }

  async function tellStory(): Promise<Caller> {
    const character_id = await storyteller();
    const caller = await calls.open({ body: { character_id, debug: true } });
    for (let n = 0; n < 2; n++) {
      await round(caller, false);
      const rung = ended(caller, 2);
      await askAtLength(caller);
      await caller.send({ type: 'trigger-message', data: { trigger_name: 'bell' } });
      await rung();
    }
    return caller;
  }

  /** Two characters, who are spoken to in turns. */
  async function converseWithTwo(): Promise<Caller> {
    const cast = (await parley.characters()).slice(0, 2);
    const characters = cast.map(({ id }) => ({ character_id: id }));
    const caller = await calls.open({
      body: { character_id: undefined, characters, end_user_id: 'ann', debug: true },
    });
    const members = caller.answer.characters ?? [];
    for (const [epoch, member] of [members[1], members[0]].entries()) {
      await round(caller, true);
      await caller.send({
        type: 'interaction-target',
        id: `to-${epoch}`,
        data: {
          room_session_id: caller.answer.room_session_id,
          target_membership_id: member?.membership_id,
          expected_route_epoch: epoch,
        },
      });
    }
    await fail(caller);
    return caller;
  }

  const abortReasons = (caller: Caller) =>
    caller.received
      .map(({ message }) => dataOf(message))
      .flatMap((data) => (data['was_aborted'] === true ? [data['error_reason']] : []));

  /** Of the model in every session, of the voice in those that have one. */
  function expectFailures(caller: Caller): void {
    const isSpoken = count(caller, 'bot-tts-started') > 0;
    expect(count(caller, 'error')).toBeGreaterThan(0);
    if (!isSpoken) expect(abortReasons(caller)).toEqual([]);
  }

  async function storedTurns(caller: Caller): Promise<z.infer<typeof Turns>['turns']> {
    const path = `/character-sessions/${caller.answer.character_session_id}/turns?limit=200`;
    const answer = await fetch(`${parley.url}${path}`, {
      headers: { 'x-api-key': parley.apiKey },
    });
    return Turns.parse(await answer.json()).turns;
  }

  it('are in order in more than 200 turns, typed, spoken and cut off, eight sessions at once', async () => {
    const callers = await Promise.all([...bodies.map(converse), tellStory()]);
    let turns = 0;
    for (const caller of callers) {
      const log = caller.received.map(({ message }) => message);
      expect(orderProblems(log)).toEqual([]);
      turns += count(caller, 'bot-turn-completed');
      const traced = log
        .filter((message) => kindOf(message) === 'turn-trace')
        .map((message) => dataOf(message)['turn_id']);
      const stored = await storedTurns(caller);
      expect(stored.map(({ turn_id }) => turn_id)).toEqual([...new Set(traced)]);
      expect(stored.map(({ status }) => status)).not.toContain('open');
      expect(stored.some(({ status }) => status === 'interrupted')).toBe(true);
      expect(count(caller, 'metrics')).toBeGreaterThan(stored.length);
      expect(count(caller, 'usage-update')).toBe(count(caller, 'bot-turn-completed'));
      expect(count(caller, 'llm-no-response')).toBeGreaterThan(0);
    }
    expect(turns).toBeGreaterThan(200);
    // The last one tells a story, of which nothing is acted out.
    for (const caller of callers.slice(0, -1)) {
      // In two forms each; what the sound of an earlier turn cuts is not acted out.
      expect(count(caller, 'action-response')).toBeGreaterThan(2 * rounds);
      expectFailures(caller);
    }
    expect(callers.flatMap(abortReasons)).toContain('audio_delivery_failed');
    // Where it begins and where the bell leads, in both forms.
    const told = callers.map((caller) => count(caller, 'behavior-tree-response'));
    expect(told.at(-1)).toBeGreaterThanOrEqual(4);
  }, 900_000);

  it('are in order for each of several characters', async () => {
    const caller = await converseWithTwo();
    expect(orderProblems(caller.received.map(({ message }) => message))).toEqual([]);
    expect(count(caller, 'bot-turn-completed')).toBeGreaterThan(16);
    expect(count(caller, 'llm-no-response')).toBeGreaterThan(0);
    expectFailures(caller);
  }, 600_000);
});
