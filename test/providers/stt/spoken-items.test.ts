import { describe, expect, it } from 'vitest';
import { Segment } from '../../../src/providers/stt/segment.ts';
import { SpokenItems } from '../../../src/providers/stt/spoken-items.ts';

function committed(items: SpokenItems, commitId: string): Segment {
  const segment = new Segment();
  segment.commitId = commitId;
  items.committing(segment);
  return segment;
}

describe('items of the recogniser', () => {
  it('that nobody wants any more hold nothing, also when they are acknowledged late', () => {
    const items = new SpokenItems();
    const unwanted = committed(items, 'words-1');
    items.forget(unwanted);
    items.note({ kind: 'committed', itemId: 'a' }, undefined);
    expect(items.note({ kind: 'completed', itemId: 'a', text: 'old' }, undefined)).toBeUndefined();
    expect(unwanted.text).toBe('');
  });

  it('keep their order when one of them is not wanted any more', () => {
    const items = new SpokenItems();
    items.forget(committed(items, 'words-1'));
    const next = committed(items, 'words-2');
    items.note({ kind: 'committed', itemId: 'a' }, undefined);
    items.note({ kind: 'committed', itemId: 'b' }, undefined);
    items.note({ kind: 'completed', itemId: 'a', text: 'old' }, undefined);
    items.note({ kind: 'completed', itemId: 'b', text: 'new' }, undefined);
    expect(next.text).toBe('new');
  });

  it('keep their order when one that is not wanted any more is refused', () => {
    const items = new SpokenItems();
    items.forget(committed(items, 'words-1'));
    const next = committed(items, 'words-2');
    const refusal = { code: undefined, message: '', eventId: 'words-1' };
    items.note({ kind: 'error', ...refusal }, undefined);
    items.note({ kind: 'completed', itemId: 'b', text: 'new' }, undefined);
    expect(next.text).toBe('new');
  });
});
