import { spawn } from 'node:child_process';
import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerRateHz, kindOf, type Caller } from '../../bench/caller.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import type { Behaviour } from '../fakes/scripted-stage.ts';
import {
  answerText,
  Calls,
  dataOf,
  exchange,
  kindsOf,
  since,
  speakQuickly,
} from './support/calls.ts';
import { orderProblems } from './support/message-order.ts';
import { Parley } from './support/server.ts';

const answer = 'Down the hill. You cannot miss it.';

describe('trouble', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
    await vanish();
  });

  beforeEach(() => {
    provider.reply = () => answer;
    provider.transcript = () => 'Where is the harbour?';
    speakQuickly(provider);
  });

  afterEach(async () => {
    for (const stage of [provider.stt, provider.llm, provider.tts]) stage.always({ kind: 'ok' });
    const problems = calls.logs.map(orderProblems);
    await calls.leaveAll();
    expect(problems.flat()).toEqual([]);
  });

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  /** Asks aloud. @returns all messages of the turn */
  async function askAloud(caller: Caller) {
    const from = since(caller);
    await caller.speak(await spoken('Where is the harbour?', callerRateHz));
    // A microphone that stood still in mid-word, as on a busy machine, makes two turns of it, and cuts the first one off.
    await caller.until(
      () =>
        caller.received
          .slice(from.fromIndex)
          .find(
            ({ message }) =>
              kindOf(message) === 'bot-turn-completed' &&
              dataOf(message)['was_interrupted'] === false,
          ),
      'the whole answer',
    );
    return caller.received.slice(from.fromIndex);
  }

  const failures: [string, 'stt' | 'llm' | 'tts', Behaviour][] = [
    ['a recogniser that refuses', 'stt', { kind: 'refuse', status: 400 }],
    ['a recogniser that answers garbage', 'stt', { kind: 'garbage', body: '<html>no</html>' }],
    ['a model that refuses', 'llm', { kind: 'refuse', status: 500 }],
    ['a model that answers garbage', 'llm', { kind: 'garbage', body: '<html>no</html>' }],
    ['a model that stops in the middle', 'llm', { kind: 'breakOff', afterPieces: 3 }],
    ['a voice that refuses', 'tts', { kind: 'refuse', status: 503 }],
    ['a voice that answers garbage', 'tts', { kind: 'garbage', body: '<html>no</html>' }],
  ];

  it.each(failures)('%s costs one turn, and says so', async (_, stage, behaviour) => {
    const caller = await calls.open();
    provider[stage].always(behaviour);
    const failed = await askAloud(caller);
    expect(kindsOf(failed)).toContain('error');
    if (stage !== 'tts') {
      expect(answerText(failed)).toContain('Sorry');
      expect(kindsOf(failed)).toContain('bot-started-speaking');
    } else {
      const completed = failed.find(({ message }) => kindOf(message) === 'bot-turn-completed');
      expect(dataOf(completed?.message ?? {})).toMatchObject({
        was_aborted: true,
        error_reason: 'audio_delivery_failed',
      });
    }
    provider[stage].always({ kind: 'ok' });
    expect(answerText(await exchange(caller, 'And the ferry?'))).toBe(answer);
  });

  it('a failure that passes is not noticed', async () => {
    const caller = await calls.open();
    for (const stage of ['stt', 'llm', 'tts'] as const) {
      provider[stage].next({ kind: 'refuse', status: 503 });
    }
    const messages = await askAloud(caller);
    expect(kindsOf(messages)).not.toContain('error');
    expect(answerText(messages)).toBe(answer);
  });

  /** A client comes, and is killed. LiveKit takes half a minute to give it up: that passes while others talk. */
  async function vanish(): Promise<void> {
    const [character] = await parley.characters();
    const script = `
      const { Room } = await import('@livekit/rtc-node');
      const { connectRoom } = await import(process.argv[2]);
      const answer = JSON.parse(process.argv[1]);
      await connectRoom(new Room(), answer.room_url, answer.token);
      setInterval(() => {}, 1000);`;
    const response = await fetch(`${parley.url}/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': parley.apiKey },
      body: JSON.stringify({ character_id: character?.id }),
    });
    const client = spawn(
      process.execPath,
      [
        ...['--input-type=module', '-e', script, JSON.stringify(await response.json())],
        new URL('../../dist/src/room/connect-room.js', import.meta.url).href,
      ],
      { stdio: 'ignore' },
    );
    await parley.untilGauge('sessions_live', 1);
    client.kill('SIGKILL');
  }

  it('a client that vanishes without a word leaves no session behind', async () => {
    await parley.untilGauge('sessions_live', 0, 200_000);
  });

  it('a client that publishes nothing and leaves at once leaves no session behind either', async () => {
    await parley.untilGauge('sessions_live', 0);
    const caller = await calls.open({ microphone: false, greeting: false });
    await parley.untilGauge('sessions_live', 1);
    await caller.leave();
    // Before LiveKit would close the empty room.
    await parley.untilGauge('sessions_live', 0, 15_000);
  });

  it('what is no message is answered, and the conversation does not notice', async () => {
    const caller = await calls.open();
    const from = since(caller);
    for (const bad of [
      '{',
      '[]',
      '{"type":"dance"}',
      '{"type":"user_text_message"}',
      'x'.repeat(50_000),
    ]) {
      await caller.send(bad);
    }
    const answers = await caller.until(() => {
      const found = caller.received
        .slice(from.fromIndex)
        .filter(({ message }) => kindOf(message) === 'server-response');
      return found.length >= 5 ? found.map(({ message }) => message['event_type']) : undefined;
    }, 'five answers');
    expect(answers).toEqual([
      'parse-error',
      'validation-error',
      'unknown-message-type',
      'user_text_message',
      'parse-error',
    ]);
    expect(answerText(await exchange(caller, 'And the ferry?'))).toBe(answer);
  });

  it('a request without a right key, or with a bad body, gets a clear no', async () => {
    const ask = async (key: string | undefined, body: string, type = 'application/json') => {
      const response = await fetch(`${parley.url}/connect`, {
        method: 'POST',
        headers: { 'content-type': type, ...(key !== undefined && { 'x-api-key': key }) },
        body,
      });
      const answered: unknown = await response.json();
      expect(answered).toMatchObject({ detail: expect.anything() as unknown });
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      return response.status;
    };
    const character_id = (await parley.characters())[0]?.id;
    expect(await ask(undefined, JSON.stringify({ character_id }))).toBe(401);
    expect(await ask('not-a-key', JSON.stringify({ character_id }))).toBe(401);
    expect(await ask(parley.apiKey, '{"character_id":')).toBe(422);
    expect(await ask(parley.apiKey, '{}')).toBe(422);
    expect(await ask(parley.apiKey, JSON.stringify({ character_id: 'nobody' }))).toBe(404);
    expect(await ask(parley.apiKey, 'x', 'text/plain')).toBe(415);
    expect(
      await ask(parley.apiKey, JSON.stringify({ character_id, pad: 'x'.repeat(2_000_000) })),
    ).toBe(413);
  });

  it('tells every turn in the order that clients rely on, in each form that some client needs', async () => {
    const caller = await calls.open();
    await askAloud(caller);
    await exchange(caller, 'And the ferry?');
    const kinds = kindsOf(caller.received);
    expect(kinds.indexOf('interaction-created')).toBeLessThan(kinds.indexOf('bot-ready'));
    let writing = false;
    let speaking = 0;
    for (const kind of kinds) {
      if (kind === 'bot-llm-started') {
        expect(writing).toBe(false);
        writing = true;
      }
      if (kind === 'bot-llm-text') expect(writing).toBe(true);
      if (kind === 'bot-llm-stopped') writing = false;
      if (kind === 'bot-started-speaking') speaking++;
      if (kind === 'bot-stopped-speaking') speaking--;
      if (kind === 'bot-turn-completed') expect(speaking).toBe(0);
    }
    expect(writing).toBe(false);
    const spokenTurn = kinds.slice(kinds.indexOf('user-started-speaking'));
    expect(spokenTurn.indexOf('final-user-transcription')).toBeLessThan(
      spokenTurn.indexOf('bot-llm-started'),
    );
    const marks = caller.received.filter(
      ({ message }) => kindOf(message) === 'bot-started-speaking',
    );
    expect(marks.map(({ message }) => message['type']).slice(0, 2)).toEqual([
      'bot-started-speaking',
      'server-message',
    ]);
  });
});
