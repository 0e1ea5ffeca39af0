import { describe, expect, it } from 'vitest';
import { newConversation, reopened, withTypedText } from '../../web/src/conversation.ts';

const spoken = withTypedText(newConversation, 'Where are the boats?', 100);

describe('reopened', () => {
  it('keeps the lines of a conversation that goes on, and says that it does', () => {
    const { entries } = reopened(spoken, 'continue', 200);
    expect(entries.map(({ kind, text }) => [kind, text])).toEqual([
      ['user', 'Where are the boats?'],
      ['note', 'The conversation goes on.'],
    ]);
  });

  it('says that the character remembers what this page has never shown', () => {
    const { entries } = reopened(newConversation, 'continue', 0);
    expect(entries.map(({ text }) => text).join()).toContain('the character remembers them');
  });

  it('begins a new conversation with no lines, and never names two lines alike', () => {
    const { entries, nextId } = reopened(spoken, 'new', 200);
    expect(entries).toEqual([]);
    expect(nextId).toBe(spoken.nextId);
  });

  it('waits for the character anew and takes nobody to be speaking', () => {
    const live = { ...spoken, ready: true, userSpeaking: true, characterSpeaking: true };
    expect(reopened(live, 'continue', 200)).toMatchObject({
      ready: false,
      userSpeaking: false,
      characterSpeaking: false,
    });
  });
});
