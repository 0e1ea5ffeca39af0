import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { type Caller, callerRateHz, kindOf } from '../../bench/caller.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { makeKey } from './support/keys.ts';
import { Calls, dataOf, exchange, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

describe('a room that people share', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let keys = 0;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({ provider });
  });

  beforeEach(() => {
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
    provider.tts.pace = { firstMs: 0, pieceMs: 0 };
    provider.reply = () => 'Down the hill.';
    speakQuickly(provider);
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  const newKey = () => `class-${++keys}`;
  const visitor = (shared_session_key: string, name: string, more: object = {}) => ({
    shared_session_key,
    max_num_participants: 2,
    end_user_id: name.toLowerCase(),
    end_user_metadata: { name },
    ...more,
  });

  const refusal = async (body: object, apiKey = parley.apiKey) => {
    const [character] = await parley.characters(apiKey);
    const answer = await fetch(`${parley.url}/connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify({ character_id: character?.id, ...body }),
    });
    const { code } = z.object({ code: z.string() }).parse(await answer.json());
    return { status: answer.status, code };
  };

  /** Both in one room, after the greeting. */
  async function two(): Promise<[Caller, Caller]> {
    const key = newKey();
    const ann = await calls.open({ body: visitor(key, 'Ann') });
    const ben = await calls.open({ body: visitor(key, 'Ben'), greeting: false });
    return [ann, ben];
  }

  it('has one character, who hears each of them and knows who it was', async () => {
    const [ann, ben] = await two();
    expect(ben.answer.room_name).toBe(ann.answer.room_name);
    expect(ben.answer.session_id).not.toBe(ann.answer.session_id);
    for (const [name, caller] of [
      ['Ann', ann],
      ['Ben', ben],
    ] as const) {
      provider.transcript = () => `This is ${name}.`;
      const from = since(ann);
      await caller.speak(await spoken('Where is the harbour?', callerRateHz));
      const final = await ann.message('final-user-transcription', from);
      expect(dataOf(final.message)).toMatchObject({
        text: `This is ${name}.`,
        speaker_id: name.toLowerCase(),
        speaker_name: name,
        participant_id: `human:${name.toLowerCase()}`,
      });
      await ann.message('bot-turn-completed', from);
    }
    const [system, ...spokenBefore] = provider.llm.requests.at(-1)?.messages ?? [];
    expect(system?.content).toContain('People: Ann, Ben.');
    expect(
      spokenBefore.filter(({ role }) => role === 'user').map(({ content }) => content),
    ).toEqual(['Ann: This is Ann.', 'Ben: This is Ben.']);
  });

  it('hears the one who speaks second after the one who speaks first', async () => {
    const [ann, ben] = await two();
    const from = since(ann);
    provider.transcript = () => 'Where is it?';
    const [long, short] = await Promise.all(
      ['Where is the harbour, and how do I get there from here?', 'And me?'].map((text) =>
        spoken(text, callerRateHz),
      ),
    );
    if (!long || !short) throw new Error('nothing was said');
    await Promise.all([
      ann.speak(long),
      ann.message('user-started-speaking', from).then(() => ben.speak(short)),
    ]);
    const said = await ann.until(() => {
      const finals = ann.received
        .slice(from.fromIndex)
        .filter(({ message }) => kindOf(message) === 'final-user-transcription');
      return finals.length >= 2 ? finals : undefined;
    }, 'what both of them said');
    expect(said.slice(0, 2).map(({ message }) => dataOf(message)['speaker_name'])).toEqual([
      'Ann',
      'Ben',
    ]);
  });

  it('answers typed text of either, and each command to its sender', async () => {
    const [ann, ben] = await two();
    const from = since(ann);
    const messages = await exchange(ben, 'Is there a boat?');
    expect(messages.map(({ message }) => kindOf(message))).toContain('server-response');
    // Hers come by another way.
    await ann.message('bot-turn-completed', from);
    const seen = ann.received.slice(from.fromIndex).map(({ message }) => kindOf(message));
    expect(seen).toContain('final-user-transcription');
    expect(seen).not.toContain('server-response');
  });

  it('is full when it is full, and has a place again when somebody left', async () => {
    const [ann, ben] = await two();
    const { room_name } = ann.answer;
    const cid = visitor('', 'Cid', { shared_session_key: null, mode: 'join', room_name });
    expect(await refusal(cid)).toEqual({ status: 409, code: 'shared_session_conflict' });
    await ben.leave();
    expect(await refusal({ ...cid, room_name: 'no-such-room' })).toMatchObject({ status: 404 });
    const third = await vi.waitFor(() => calls.open({ body: cid, greeting: false }), 90_000);
    expect(third.answer.room_name).toBe(room_name);
    expect(third.answer.character_session_id).toBe(ann.answer.character_session_id);
  });

  it('cannot be joined before it is there', async () => {
    const body = visitor(newKey(), 'Ann', { mode: 'join' });
    expect(await refusal(body)).toEqual({ status: 404, code: 'room_not_found' });
  });

  it('is another one in another workspace, and for another character', async () => {
    const key = newKey();
    const ann = await calls.open({ body: visitor(key, 'Ann') });
    const apiKey = await makeKey(parley, 'the neighbours');
    expect(await refusal(visitor(key, 'Eve', { mode: 'join' }), apiKey)).toMatchObject({
      status: 404,
    });
    const theirs = await calls.open({ body: visitor(key, 'Eve'), apiKey });
    expect(theirs.answer.room_name).not.toBe(ann.answer.room_name);
    const [, other] = await parley.characters();
    const elsewhere = await calls.open({ body: visitor(key, 'Ben', { character_id: other?.id }) });
    expect(elsewhere.answer.room_name).not.toBe(ann.answer.room_name);
  });

  it('ends with the last one, and lets one who comes back have their place', async () => {
    const [ann, ben] = await two();
    const { shared_session_key: key } = visitor(`class-${keys}`, 'Ann');
    await ann.leave();
    const again = await calls.open({ body: visitor(key, 'Ann'), greeting: false });
    expect(again.answer.session_id).toBe(ann.answer.session_id);
    await exchange(again, 'I am back.');
    await ben.leave();
    await again.leave();
    await parley.untilGauge('sessions_live', 0);
  });

  it('goes on in another process when its own dies, for all who are in it', async () => {
    const [ann, ben] = await two();
    await exchange(ben, 'Remember the boat.');
    const from = since(ann);
    for (const pid of parley.agentPids) process.kill(pid, 'SIGKILL');
    await ann.message('bot-ready', from);
    await exchange(ann, 'What was it?');
    const asked = provider.llm.requests.at(-1)?.messages.map(({ content }) => content) ?? [];
    expect(asked).toContain('Ben: Remember the boat.');
    expect(asked.at(-1)).toBe('Ann: What was it?');
    await exchange(ben, 'The boat!');
    expect(provider.llm.requests.at(-1)?.messages.at(-1)?.content).toBe('Ben: The boat!');
  });

  it('is not silenced by one who floods it', async () => {
    const [ann, ben] = await two();
    const isRefused = () =>
      ben.received.some(({ message }) => message['event_type'] === 'rate-limit') || undefined;
    // As fast as they go: each hand sends its next one when LiveKit has taken the last.
    let isOver = false;
    const hands = Array.from({ length: 8 }, async () => {
      while (!isOver) await ben.send({ type: 'tts-toggle', data: { enabled: true } });
    });
    const refused = ben.until(isRefused, 'the flood to be refused');
    await Promise.all([refused.finally(() => (isOver = true)), ...hands]);
    await exchange(ann, 'Can you hear me?');
    expect(ann.received.some(({ message }) => message['event_type'] === 'rate-limit')).toBe(false);
  });
});
