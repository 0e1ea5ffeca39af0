import { describe, expect, it } from 'vitest';
import { conversationId } from '../../src/chats/conversation-id.ts';
import { isUuid } from '../../src/db/uuid.ts';

describe("a client's conversation id", () => {
  it('is ours when it is a UUID, in lower case', () => {
    const id = '9A98AB9B-5A6C-406E-9721-CC5BB0D527BB';
    expect(conversationId('w', 'c', id)).toBe(id.toLowerCase());
    expect(conversationId('w', 'c', id.replaceAll('-', ''))).toBe(id.toLowerCase());
  });

  it('stands for one conversation of this character in this workspace otherwise', () => {
    const id = conversationId('w', 'c', 'player-1');
    expect(isUuid(id)).toBe(true);
    expect(conversationId('w', 'c', 'player-1')).toBe(id);
    const others = [
      conversationId('w', 'c', 'player-2'),
      conversationId('w', 'd', 'player-1'),
      conversationId('v', 'c', 'player-1'),
      conversationId('w', 'cplayer-1', ''),
    ];
    expect(others).not.toContain(id);
    expect(new Set(others).size).toBe(others.length);
  });
});
