import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exchangeIds, turnOfMessage, uuidOf, wireId } from '../../../src/protocol/xingchen/ids.ts';

describe('ids on the Xingchen wire', () => {
  it('are 32 digits, and read with dashes or without', () => {
    const id = randomUUID();
    expect(wireId(id)).toMatch(/^[0-9a-f]{32}$/);
    expect(uuidOf(wireId(id))).toBe(id);
    expect(uuidOf(id.toUpperCase())).toBe(id);
    for (const none of ['', '7', `${id}0`, 'g'.repeat(32)]) expect(uuidOf(none)).toBeUndefined();
  });

  it('tell question, answer and exchange of a turn apart, and lead back to it', () => {
    const turnId = randomUUID();
    const { messageId, queryId, chatId } = exchangeIds(turnId);
    expect(new Set([messageId, queryId, chatId]).size).toBe(3);
    expect(turnOfMessage(messageId)).toEqual({ turnId, side: 'answer' });
    expect(turnOfMessage(queryId)).toEqual({ turnId, side: 'question' });
    expect(turnOfMessage(uuidOf(messageId) ?? '')).toEqual({ turnId, side: 'answer' });
    expect(turnOfMessage(chatId)).toBeUndefined();
    expect(turnOfMessage('nothing')).toBeUndefined();
  });
});
