import { dispose } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerRateHz, kindOf, type Caller, type Received } from '../../bench/caller.ts';
import { CastEntry } from '../../src/protocol/cast-entry.ts';
import { livekitRooms } from '../../src/room/rooms.ts';
import { spoken } from '../fakes/espeak.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import { Calls, dataOf, exchange, since, speakQuickly } from './support/calls.ts';
import { Parley } from './support/server.ts';

/** Ours, so that a test can do in a room what an operator can. */
const livekit = { apiKey: 'key-of-this-test', apiSecret: 'a-secret-of-at-least-32-characters' };

describe('a room with several characters', () => {
  let provider: ScriptedProvider;
  let parley: Parley;
  let commands = 0;
  const calls = new Calls(() => parley);

  beforeAll(async () => {
    provider = await ScriptedProvider.open();
    parley = await Parley.start({
      provider,
      env: {
        CHARACTERS_PER_ROOM: '3',
        LIVEKIT_API_KEY: livekit.apiKey,
        LIVEKIT_API_SECRET: livekit.apiSecret,
      },
    });
  });

  beforeEach(() => {
    provider.llm.pace = { firstMs: 0, pieceMs: 0 };
    provider.tts.pace = { firstMs: 0, pieceMs: 0 };
    provider.reply = () => 'As you say.';
    speakQuickly(provider);
  });

  afterEach(() => calls.leaveAll());

  afterAll(async () => {
    await dispose();
    await parley.close();
    await provider.close();
  });

  /** A client in a room with the first two characters, after both are ready. */
  async function open(more: object = {}) {
    const [one, two] = await parley.characters();
    const characters = [{ character_id: one?.id }, { character_id: two?.id }];
    const body = { character_id: undefined, characters, end_user_id: 'ann', ...more };
    const caller = await calls.open({ body });
    const cast = CastEntry.array().length(2).parse(caller.answer.characters);
    await caller.until(() => (ready(caller).size === 2 ? true : undefined), 'both to be ready');
    const [first, second] = cast;
    if (!first || !second) throw new Error('there are no two');
    return { caller, first, second, room_session_id: caller.answer.room_session_id };
  }

  const ready = (caller: Caller, { fromIndex } = { fromIndex: 0 }) =>
    new Set(
      caller.received
        .slice(fromIndex)
        .filter(({ message }) => kindOf(message) === 'bot-ready')
        .map(({ message }) => dataOf(message)['membership_id']),
    );

  /** Sends a command and waits for its answer. */
  async function command(caller: Caller, type: string, data: object, id = `c-${++commands}`) {
    const from = since(caller);
    await caller.send({ type, id, data });
    const { message } = await caller.until(
      () =>
        caller.received
          .slice(from.fromIndex)
          .find(
            ({ message: { type: kind, event_type } }) =>
              kind === 'server-response' && event_type === type,
          ),
      `the answer to ${type}`,
    );
    return { status: message['status'], extras: message['extras'] };
  }

  const whoSpoke = (messages: Received[]) =>
    new Set(
      messages
        .filter(({ message }) => message['type'] === 'bot-llm-text')
        .map(({ message }) => dataOf(message)['membership_id']),
    );

  it('has a place of its own for each, and only the one who is spoken to answers', async () => {
    const { caller, first, second, room_session_id } = await open();
    expect(caller.answer).toMatchObject({
      ...{ active_membership_id: first.membership_id, route_epoch: 0, roster_epoch: 0 },
      partial_dispatch: false,
    });
    expect(caller.remoteIdentities).toEqual(
      expect.arrayContaining([first.participant_identity, second.participant_identity]),
    );
    expect(whoSpoke(await exchange(caller, 'Good morning.'))).toEqual(
      new Set([first.membership_id]),
    );
    const target = { room_session_id, target_membership_id: second.membership_id };
    expect(
      await command(caller, 'interaction-target', { ...target, expected_route_epoch: 0 }),
    ).toMatchObject({
      status: 'success',
      extras: {
        ...{ success: true, changed: true, route_epoch: 1 },
        previous_membership_id: first.membership_id,
        active_membership_id: second.membership_id,
      },
    });
    const from = since(caller);
    provider.transcript = () => 'And you?';
    await caller.speak(await spoken('And what do you think of it?', callerRateHz));
    await caller.message('bot-turn-completed', from);
    expect(whoSpoke(caller.received.slice(from.fromIndex))).toEqual(
      new Set([second.membership_id]),
    );
    const prompt = provider.llm.requests.at(-1)?.messages.map(({ content }) => content) ?? [];
    expect(prompt).not.toContain('Good morning.');
    expect(prompt[0]).toContain(`Other characters: ${first.display_name}.`);
    // One track each: what the client receives is told apart by who published it.
    await expect.poll(() => caller.remoteTracks).toBe(2);
  });

  it('refuses what is stale or unknown, answers a retry as before, and goes on', async () => {
    const { caller, second, room_session_id } = await open();
    const data = {
      ...{ room_session_id, target_membership_id: second.membership_id },
      expected_route_epoch: 0,
    };
    const codes = [];
    for (const wrong of [
      { expected_route_epoch: 5 },
      { target_membership_id: 'nobody' },
      { room_session_id: 'another' },
    ])
      codes.push(await command(caller, 'interaction-target', { ...data, ...wrong }));
    expect(codes).toMatchObject(
      ['stale_route_epoch', 'invalid_target_membership', 'wrong_room'].map((code) => ({
        status: 'error',
        extras: { code, success: false, route_epoch: 0 },
      })),
    );
    const done = await command(caller, 'interaction-target', data, 'mine');
    const again = await command(caller, 'interaction-target', data, 'mine');
    expect(again.extras).toEqual({ ...Object(done.extras), duplicate: true });
    expect(
      await command(
        caller,
        'interaction-target',
        { ...data, target_membership_id: null, expected_route_epoch: 1 },
        'mine',
      ),
    ).toMatchObject({ status: 'error', extras: { code: 'command_id_conflict' } });
  });

  it('is silent when nobody is spoken to', async () => {
    const { caller, room_session_id } = await open();
    const nobody = { room_session_id, target_membership_id: null, expected_route_epoch: 0 };
    await command(caller, 'interaction-target', nobody);
    expect(await command(caller, 'user_text_message', { text: 'Anybody?' })).toMatchObject({
      status: 'error',
      extras: { code: 'no_active_target' },
    });
  });

  it('takes characters in and sends them away', async () => {
    const { caller, first, second, room_session_id } = await open();
    const [, , third] = await parley.characters();
    const character_id = third?.id ?? first.character_id;
    const from = since(caller);
    const update = await command(caller, 'character-roster-update', {
      ...{ room_session_id, expected_roster_epoch: 0, add: [{ character_id }] },
      remove_membership_ids: [first.membership_id],
      replacement_target_membership_id: second.membership_id,
    });
    expect(update).toMatchObject({
      status: 'success',
      extras: {
        ...{ roster_epoch: 1, route_epoch: 1, active_membership_id: second.membership_id },
        removed_membership_ids: [first.membership_id],
        added: [{ character_id }],
      },
    });
    const removed = await caller.message('character-removed', from);
    expect(dataOf(removed.message)).toMatchObject({ membership_id: first.membership_id });
    const statuses = await caller.until(() => {
      const all = caller.received
        .slice(from.fromIndex)
        .filter(({ message }) => message['type'] === 'character-status')
        .map(({ message }) => dataOf(message)['status']);
      return all.length === 2 ? all : undefined;
    }, 'the new one to be ready');
    expect(statuses).toEqual(['starting', 'ready']);
    await caller.message('bot-ready', from);
    expect(whoSpoke(await exchange(caller, 'Who is there?'))).toEqual(
      new Set([second.membership_id]),
    );
    const full = {
      room_session_id,
      expected_roster_epoch: 1,
      add: [{ character_id }, { character_id }],
    };
    expect(await command(caller, 'character-roster-update', full)).toMatchObject({
      status: 'error',
      extras: { code: 'roster_limit' },
    });
  });

  it('has a character back whose own connection is lost, and says so', async () => {
    const { caller, first } = await open();
    const from = since(caller);
    const { room_url: url, room_name: name } = caller.answer;
    await livekitRooms({ ...livekit, url }, 'nobody').putOut(name, first.participant_identity);
    const back = await caller.message('bot-ready', from);
    expect(dataOf(back.message)['membership_id']).toBe(first.membership_id);
    const statuses = () =>
      caller.received
        .slice(from.fromIndex)
        .filter(({ message }) => message['type'] === 'character-status')
        .map(({ message }) => dataOf(message))
        .map(({ status, failure_code: code }) => [status, code]);
    await caller.until(() => statuses().length >= 3 || undefined, 'its statuses');
    expect(statuses()).toEqual([
      ['failed', 'connection_lost'],
      ['starting', null],
      ['ready', null],
    ]);
    provider.reply = () => 'Yes, thank you, I am very well indeed, and glad to be here again.';
    // Its track is a new one, and the client may need some seconds to receive it: it speaks until it is heard.
    speakQuickly(provider, 300);
    const asked = since(caller);
    const askedAtMs = performance.now();
    await caller.send({ type: 'user_text_message', data: { text: 'Are you well?' } });
    await caller.until(() => caller.sound.firstLoudAfter(askedAtMs), 'its voice to be heard');
    await caller.send({ type: 'interrupt-bot' });
    await caller.message('bot-turn-completed', asked);
    expect(whoSpoke(caller.received.slice(asked.fromIndex))).toEqual(
      new Set([first.membership_id]),
    );
  });

  it('can be joined by others, who find it as it is now', async () => {
    const { caller, second, room_session_id } = await open({ max_num_participants: 2 });
    const target = { room_session_id, target_membership_id: second.membership_id };
    await command(caller, 'interaction-target', { ...target, expected_route_epoch: 0 });
    const join = { mode: 'join', room_session_id, end_user_id: 'ben', character_id: undefined };
    const ben = await calls.open({ body: join, greeting: false });
    expect(ben.answer).toMatchObject({
      ...{ room_session_id, active_membership_id: second.membership_id, route_epoch: 1 },
      room_name: caller.answer.room_name,
    });
    expect(whoSpoke(await exchange(ben, 'Hello to you.'))).toEqual(new Set([second.membership_id]));
  });

  it('keeps who is spoken to, and every conversation, when its process dies', async () => {
    const { caller, first, second, room_session_id } = await open();
    await exchange(caller, 'Remember the lamp.');
    const target = { room_session_id, target_membership_id: second.membership_id };
    await command(caller, 'interaction-target', { ...target, expected_route_epoch: 0 });
    await exchange(caller, 'Remember the boat.');
    const from = since(caller);
    for (const pid of parley.agentPids) process.kill(pid, 'SIGKILL');
    await caller.until(() => ready(caller, from).size === 2 || undefined, 'both to be back');
    expect(whoSpoke(await exchange(caller, 'What was it?'))).toEqual(
      new Set([second.membership_id]),
    );
    const prompt = () => provider.llm.requests.at(-1)?.messages.map(({ content }) => content) ?? [];
    expect(prompt()).toContain('Remember the boat.');
    expect(prompt()).not.toContain('Remember the lamp.');
    const back = { room_session_id, target_membership_id: first.membership_id };
    expect(
      await command(caller, 'interaction-target', { ...back, expected_route_epoch: 1 }),
    ).toMatchObject({ status: 'success', extras: { route_epoch: 2 } });
    await exchange(caller, 'And you?');
    expect(prompt()).toContain('Remember the lamp.');
  });
});
