import { TokenVerifier } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import { agentToken, characterToken } from '../../src/room/agent-token.ts';

const keys = { apiKey: 'devkey', apiSecret: 'a secret of at least thirty-two letters' };
const verified = (token: string, apiSecret = keys.apiSecret) =>
  new TokenVerifier(keys.apiKey, apiSecret).verify(token);
const lifetime = ({ exp, nbf }: { exp?: number; nbf?: number }) => (exp ?? 0) - (nbf ?? 0);

describe('the token of an agent process', () => {
  it('lets it register as a worker for a minute, and nothing else', async () => {
    const claims = await verified(agentToken(keys));
    expect(claims).toMatchObject({ iss: 'devkey', video: { agent: true } });
    expect(claims.video).toEqual({ agent: true });
    expect(lifetime(claims)).toBe(60);
  });

  it('is nothing without the secret', async () => {
    await expect(
      verified(agentToken(keys), 'another secret of thirty-two letters'),
    ).rejects.toThrow();
  });
});

describe('the token of a character', () => {
  it('lets it speak in one room, and hear nobody', async () => {
    const given = { roomName: 'room-1', identity: 'character:1', name: 'Mira Östberg 米拉' };
    const claims = await verified(characterToken(keys, given));
    expect(claims).toMatchObject({ sub: 'character:1', name: 'Mira Östberg 米拉', kind: 'agent' });
    expect(claims.video).toEqual({
      ...{ roomJoin: true, room: 'room-1', canPublish: true, canPublishData: true },
      canSubscribe: false,
    });
    expect(lifetime(claims)).toBe(60);
  });
});
