import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerLine } from '../../../web/src/server-line.ts';
import { MemoryBook } from '../../../web/src/studio/memory-book.ts';
import { answersOf } from './answers.ts';

const book = new MemoryBook(new ServerLine(() => undefined), 'me');
const fact = {
  id: 'f1',
  memory: 'The user has a dog.',
  said_at: '2026-01-02T03:04:05Z',
  character_session_id: 'c1',
  turn_id: 't2',
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('MemoryBook', () => {
  it('lists what is remembered of this user, each with where it was said', async () => {
    const given = { ...fact, id: 'f2', turn_id: null };
    const asked = answersOf({ body: { memories: [fact, given, { id: 7 }], total_count: 2 } });
    const { facts, total } = await book.list('maren');
    expect(asked[0]).toMatchObject({
      path: '/memory/list',
      body: { character_id: 'maren', end_user_id: 'me' },
    });
    expect(total).toBe(2);
    expect(facts.map(({ id, source }) => ({ id, source }))).toEqual([
      { id: 'f1', source: { conversationId: 'c1', turnId: 't2' } },
      { id: 'f2', source: undefined },
    ]);
  });

  it('finds the words of a source, also behind the first page', async () => {
    const said = { turn_id: 't2', user_text: 'I have a dog.', heard_text: 'How nice.' };
    const asked = answersOf(
      { body: { turns: [{ turn_id: 't1' }], next: 9 } },
      { body: { turns: [said], next: null } },
    );
    expect(await book.source({ conversationId: 'c1', turnId: 't2' })).toEqual({
      user: 'I have a dog.',
      character: 'How nice.',
    });
    expect(asked[1]?.path).toBe('/character-sessions/c1/turns?limit=200&after=9');
  });

  it('says so when the turn is gone', async () => {
    answersOf({ body: { turns: [], next: null } });
    expect(await book.source({ conversationId: 'c1', turnId: 't2' })).toBeUndefined();
  });

  it('changes, forgets and erases under the name of the user', async () => {
    const asked = answersOf({ body: {} });
    await book.edit('maren', 'f1', 'A cat.');
    await book.delete('maren', 'f1');
    await book.erase('maren');
    const of = { character_id: 'maren', end_user_id: 'me' };
    expect(asked).toEqual([
      { path: '/memory/update', body: { ...of, memory_id: 'f1', memory: 'A cat.' } },
      { path: '/memory/delete', body: { ...of, memory_id: 'f1' } },
      { path: '/memory/delete-all', body: of },
    ]);
  });
});
