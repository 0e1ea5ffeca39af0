import { describe, expect, it } from 'vitest';
import { RememberedConversations, RememberedKey, type Shelf } from '../../web/src/remembered.ts';

function shelf(): Shelf & { slots: Map<string, string> } {
  const slots = new Map<string, string>();
  return {
    slots,
    getItem: (slot) => slots.get(slot) ?? null,
    setItem: (slot, value) => void slots.set(slot, value),
    removeItem: (slot) => void slots.delete(slot),
  };
}

describe('RememberedConversations', () => {
  it('remembers the last conversation with each character', () => {
    const conversations = new RememberedConversations(shelf());
    conversations.set('maren', 'one');
    conversations.set('noor', 'two');
    conversations.set('maren', 'three');
    expect(conversations.get('maren')).toBe('three');
    expect(conversations.get('noor')).toBe('two');
    conversations.forget('maren');
    expect(conversations.get('maren')).toBeUndefined();
  });

  it('forgets the oldest of very many', () => {
    const conversations = new RememberedConversations(shelf());
    for (let i = 0; i < 60; i++) conversations.set(`character-${i}`, String(i));
    expect(conversations.get('character-9')).toBeUndefined();
    expect(conversations.get('character-10')).toBe('10');
  });

  it('survives a slot that something else wrote', () => {
    const spoiled = shelf();
    new RememberedConversations(spoiled).set('maren', 'one');
    for (const slot of spoiled.slots.keys()) spoiled.slots.set(slot, '[1');
    expect(new RememberedConversations(spoiled).get('maren')).toBeUndefined();
  });
});

describe('RememberedKey', () => {
  it('is gone when forgotten', () => {
    const key = new RememberedKey(shelf());
    key.set('secret');
    expect(key.get()).toBe('secret');
    key.forget();
    expect(key.get()).toBeUndefined();
  });
});
