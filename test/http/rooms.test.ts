import { TokenVerifier } from 'livekit-server-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectResponse } from '../../src/protocol/connect.ts';
import { ada, bob, livekit, mira, startApp, type AppServer } from './app-server.ts';

describe('POST /connect for a room that others may be in', () => {
  let app: AppServer;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const connect = async (body: object, key = ada.key) => {
    const answer = await app.connect(body, { 'X-API-Key': key });
    expect(answer.status).toBe(200);
    return ConnectResponse.parse(await answer.json());
  };
  const status = async (body: object, key = ada.key) =>
    (await app.connect(body, { 'X-API-Key': key })).status;
  const someone = { end_user_id: 'ann', end_user_metadata: { name: 'Ann' } };

  it('finds it by its key, without naming the character again', async () => {
    const made = await connect({ character_id: mira.id, shared_session_key: 'k1', ...someone });
    const joined = await connect({ mode: 'join', shared_session_key: 'k1', end_user_id: 'ben' });
    expect(joined.room_name).toBe(made.room_name);
    expect(joined.character_session_id).toBe(made.character_session_id);
    expect(app.placed.at(-2)).toMatchObject({
      ...{ speaker: { id: 'ann', name: 'Ann' }, isCast: false, characterId: mira.id },
      locator: { kind: 'sharedKey', key: 'k1' },
    });
    expect(app.placed.at(-1)).toMatchObject({ isCast: null, characterId: null, make: null });
    const { name } = await new TokenVerifier(livekit.apiKey, livekit.apiSecret).verify(made.token);
    expect(name).toBe('Ann');
    expect(made).toMatchObject({ speaker_id: 'ann', room_session_id: null, characters: null });
  });

  it('never finds it in another workspace', async () => {
    await connect({ character_id: mira.id, shared_session_key: 'k2' });
    expect(await status({ mode: 'join', shared_session_key: 'k2' }, bob.key)).toBe(404);
    expect(await status({ mode: 'join', room_name: 'no-such-room' })).toBe(404);
  });

  it('makes one with several characters, the first one spoken to', async () => {
    const characters = [{ character_id: mira.id }, { character_id: mira.id }];
    const answer = await connect({ characters, ...someone });
    expect(answer.characters).toHaveLength(2);
    expect(answer.characters?.map(({ is_initial }) => is_initial)).toEqual([true, false]);
    expect(new Set(answer.characters?.map((one) => one.participant_identity)).size).toBe(2);
    expect(answer).toMatchObject({
      ...{ route_epoch: 0, roster_epoch: 0, partial_dispatch: false },
      active_membership_id: answer.characters?.[0]?.membership_id,
      character_session_id: answer.characters?.[0]?.character_session_id,
    });
  });

  it('tells which of several characters found no place', async () => {
    const partly = await startApp(({ dispatch }) => ({
      dispatch: {
        enter: async (entrance) => {
          const entered = await dispatch.enter(entrance);
          const members = entered.roster?.members.map((member, index) =>
            index === 0 ? member : { ...member, failureCode: 'no_agent_free' as const },
          );
          return {
            ...entered,
            roster: entered.roster && { ...entered.roster, members: members ?? [] },
          };
        },
      },
    }));
    try {
      const body = { characters: [{ character_id: mira.id }, { character_id: mira.id }] };
      const answer = await partly.connect({ ...body, ...someone }, { 'X-API-Key': ada.key });
      expect(ConnectResponse.parse(await answer.json())).toMatchObject({
        partial_dispatch: true,
        characters: [
          { provisioning_status: 'dispatch_accepted', failure_code: null },
          { provisioning_status: 'dispatch_failed', failure_code: 'no_agent_free' },
        ],
      });
    } finally {
      await partly.close();
    }
  });

  const characters = (...ids: string[]) => ids.map((character_id) => ({ character_id }));
  it.each([
    [
      'more characters than a room holds here',
      { characters: characters(...Array<string>(4).fill(mira.id)) },
      403,
    ],
    ['a character that is not theirs', { characters: characters(mira.id, 'nobody') }, 404],
    ['several characters and one', { character_id: mira.id, characters: characters(mira.id) }, 422],
    ['no characters at all', { characters: [] }, 422],
    [
      'a join that brings characters',
      { mode: 'join', shared_session_key: 'k', characters: characters(mira.id) },
      422,
    ],
    ['a join of nothing', { mode: 'join' }, 422],
    ['two locators', { character_id: mira.id, shared_session_key: 'k', room_name: 'r' }, 422],
    ['a room session to create', { character_id: mira.id, room_session_id: 'r' }, 422],
    [
      'one conversation for two',
      { characters: [1, 2].map(() => ({ character_id: mira.id, character_session_id: 's' })) },
      422,
    ],
  ])('refuses %s', async (_what, body, expected) => {
    expect(await status({ ...someone, ...body })).toBe(expected);
  });

  it('needs to know who comes to several characters', async () => {
    expect(await status({ characters: characters(mira.id) })).toBe(422);
  });
});
