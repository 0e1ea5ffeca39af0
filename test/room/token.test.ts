import { TokenVerifier } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { userToken, type UserTokenGrant } from '../../src/room/token.ts';

const keys = { apiKey: 'devkey', apiSecret: 'a secret of at least thirty-two letters' };
const grant: UserTokenGrant = {
  roomName: 'room-1',
  identity: 'user:1',
  connectionType: 'audio',
  agentName: 'parley',
  maxHumans: 1,
};
const verified = async (over: Partial<UserTokenGrant> = {}) =>
  new TokenVerifier(keys.apiKey, keys.apiSecret).verify(
    await userToken(keys, { ...grant, ...over }),
  );

describe('the token of a user', () => {
  it('lets its holder into that one room', async () => {
    const claims = await verified();
    expect(claims.sub).toBe('user:1');
    expect(claims.video).toMatchObject({ roomJoin: true, room: 'room-1', canSubscribe: true });
  });

  it('allows only the microphone in an audio session', async () => {
    expect((await verified()).video?.canPublishSources).toEqual(['microphone']);
  });

  it('allows camera and screen too in a video session', async () => {
    expect((await verified({ connectionType: 'video' })).video?.canPublishSources).toEqual([
      'microphone',
      'camera',
      'screen_share',
      'screen_share_audio',
    ]);
  });

  it('grants no administration, recording, listing, creation, hiding or renaming', async () => {
    const { video, sip, inference, observability } = await verified();
    for (const power of [
      'roomAdmin',
      'roomCreate',
      'roomList',
      'roomRecord',
      'ingressAdmin',
      'canUpdateOwnMetadata',
      'hidden',
      'recorder',
      'agent',
      'destinationRoom',
      'canManageAgentSession',
    ] as const)
      expect(video?.[power] ?? false, power).toBe(false);
    expect([sip, inference, observability]).toEqual([undefined, undefined, undefined]);
  });

  it('ends after ten minutes, or after the time asked for', async () => {
    const lifetime = (claims: { exp?: number; nbf?: number }) =>
      (claims.exp ?? 0) - (claims.nbf ?? 0);
    expect(lifetime(await verified())).toBe(600);
    expect(lifetime(await verified({ joinWithinSeconds: 30 }))).toBe(30);
  });

  it('refuses to be made for longer than an hour or for no time', async () => {
    await expect(userToken(keys, { ...grant, joinWithinSeconds: 86_400 })).rejects.toThrow(
      RangeError,
    );
    await expect(userToken(keys, { ...grant, joinWithinSeconds: 0 })).rejects.toThrow(RangeError);
  });

  it('asks for the agent when its join makes the room', async () => {
    const { roomConfig } = await verified({ agentMetadata: '{"a":1}', maxHumans: 3 });
    expect(roomConfig).toMatchObject({
      emptyTimeout: 60,
      departureTimeout: 20,
      maxParticipants: 4,
      agents: [{ agentName: 'parley', metadata: '{"a":1}' }],
    });
  });

  it('does not verify under another secret', async () => {
    const token = await userToken(keys, grant);
    await expect(
      new TokenVerifier(keys.apiKey, 'another secret of thirty-two letters!!').verify(token),
    ).rejects.toThrow();
  });
});
