import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callerRateHz, kindOf, type Caller } from '../../bench/caller.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, dataOf, speakQuickly } from './support/calls.ts';
import { orderProblems } from './support/message-order.ts';
import { Parley } from './support/server.ts';

const sessions = 8;
/** Each round has eight turns: seven answers, and one that a spoken interruption cuts off. */
const rounds = 4;
const sentence = 'Please tell me something else.';
const longAnswer =
  'The harbour lies below the hill behind the old mill, on the other side of the river. ' +
  'Follow the path until you see the masts. Then ask for the keeper, who knows the rest.';

/** What clients ask for: sound in every form, writing alone, actions, emotions and faces. */
const bodies: Record<string, unknown>[] = [
  {},
  { audio_config: { output: { audio_routing: 'both' } } },
  { audio_config: { output: { audio_routing: 'data_only' } } },
  { default_tts_enabled: false },
  { action_config: { actions: ['Wave', 'Move To'], objects: [{ name: 'cube', description: '' }] } },
  { emotion_config: { provider: 'nrclex' } },
  { blendshape_provider: 'neurosync', blendshape_config: { format: 'arkit' } },
  { blendshape_provider: 'ovr' },
];

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
    provider.reply = ({ messages }) =>
      (messages.at(-1)?.content ?? '').includes('harbour') ? longAnswer : 'Very well, as you wish.';
    speakQuickly(provider);
    utterance = await spoken(sentence, callerRateHz);
    parley = await Parley.start({ provider });
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
        30_000,
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

  async function round(caller: Caller, bargesIn: boolean): Promise<void> {
    const typed = ended(caller, 1);
    await type(caller, 'Good evening.');
    await typed();

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

    const answered = ended(caller, bargesIn ? 2 : 1);
    if (bargesIn) await askAtLength(caller);
    await caller.speak(utterance);
    await answered();
  }

  async function converse(body: Record<string, unknown>): Promise<Caller> {
    const caller = await calls.open({ body: { ...body, debug: true } });
    const isSpoken = body['default_tts_enabled'] !== false;
    for (let n = 0; n < rounds; n++) await round(caller, isSpoken && n % 2 === 0);
    return caller;
  }

  async function storedTurns(caller: Caller): Promise<z.infer<typeof Turns>['turns']> {
    const path = `/character-sessions/${caller.answer.character_session_id}/turns?limit=200`;
    const answer = await fetch(`${parley.url}${path}`, {
      headers: { 'x-api-key': parley.apiKey },
    });
    return Turns.parse(await answer.json()).turns;
  }

  it('are in order in more than 200 turns, typed, spoken and cut off, eight sessions at once', async () => {
    const callers = await Promise.all(
      Array.from({ length: sessions }, (_, n) => converse(bodies[n % bodies.length] ?? {})),
    );
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
    }
    expect(turns).toBeGreaterThan(200);
  }, 180_000);
});
