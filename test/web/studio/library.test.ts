import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServerLine } from '../../../web/src/server-line.ts';
import { Library } from '../../../web/src/studio/library.ts';
import { answersOf } from './answers.ts';

const library = new Library(new ServerLine(() => 'secret'));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Library', () => {
  it('reads what is ready, what is being read, and what failed for which reason', async () => {
    const entry = (fields: object) =>
      JSON.stringify({ file_name: 'a.txt', file_size: '120', status: 'active', ...fields });
    answersOf({
      body: {
        docs: [
          entry({ id: '1', is_available: true }),
          entry({ id: '2', is_available: false, progress: 40, status: 'inactive' }),
          entry({ id: '3', is_available: false, error: 'No text in it.' }),
          'no JSON',
          entry({}),
        ],
      },
    });
    const documents = await library.list('maren');
    expect(documents.map(({ id, state, isConnected }) => ({ id, state, isConnected }))).toEqual([
      { id: '1', state: { kind: 'ready' }, isConnected: true },
      { id: '2', state: { kind: 'reading', percent: 40 }, isConnected: false },
      { id: '3', state: { kind: 'failed', why: 'No text in it.' }, isConnected: true },
    ]);
    expect(documents[0]?.bytes).toBe(120);
  });

  it('connects and disconnects without touching the rest of the character', async () => {
    const asked = answersOf({ body: { STATUS: 'SUCCESS' } });
    await library.connect('maren', '1', true);
    await library.connect('maren', '1', false);
    expect(asked.map(({ body }) => body)).toEqual([
      { charID: 'maren', docs: [{ id: '1', status: 'active' }] },
      { charID: 'maren', docs: [{ id: '1', status: 'inactive' }] },
    ]);
  });

  it('deletes by an answer that is no JSON', async () => {
    answersOf({ body: '{"Successfully deleted document"}' });
    await expect(library.delete('1')).resolves.toBeUndefined();
  });
});
