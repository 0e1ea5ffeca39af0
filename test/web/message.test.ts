import { describe, expect, it } from 'vitest';
import { decodePacket, readMessage } from '../../web/src/message.ts';

describe('readMessage', () => {
  it('finds the type inside a server-message', () => {
    const content = { type: 'server-message', data: { type: 'turn-trace', turn_id: 'a' } };
    expect(readMessage(content)).toMatchObject({ type: 'turn-trace', form: 'wrapped' });
  });

  it('takes the fields of a server-response from beside its type', () => {
    const content = { type: 'server-response', status: 'success' };
    expect(readMessage(content)).toMatchObject({ form: 'flat', data: { status: 'success' } });
  });

  it('reads a message without data', () => {
    expect(readMessage({ type: 'bot-ready' })).toEqual({
      type: 'bot-ready',
      form: 'top',
      data: {},
    });
  });

  it.each([null, 1, 'text', [], {}, { type: 3 }])('takes %j for no message', (content) => {
    expect(readMessage(content)).toBeUndefined();
  });
});

describe('decodePacket', () => {
  it('survives a packet that is no JSON', () => {
    expect(decodePacket(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
  });
});
