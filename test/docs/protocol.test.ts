import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClientBoundMessage, WrappedEvent } from '../../src/protocol/server-messages.ts';

type Row = { types: string[]; envelope: string; where: string[]; judged: string[] };

const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

/** The table of messages from the server: its rows have six cells, those about the face three. */
async function readRows(): Promise<{ rows: Row[]; faceTypes: string[] }> {
  const text = await readFile('docs/protocol.md', 'utf8');
  const section = text.slice(
    text.indexOf('## From the server'),
    text.indexOf('## From the client'),
  );
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(1, -1).split(' | '));
  return {
    rows: cells
      .filter(({ length }) => length === 6)
      .map(([types, envelope = '', , , where, judged]) => ({
        types: quoted(types),
        envelope: envelope.trim(),
        where: quoted(where),
        judged: quoted(judged),
      })),
    faceTypes: cells.filter(({ length }) => length === 3).flatMap(([types]) => quoted(types)),
  };
}

const topTypes = ClientBoundMessage.options
  .map(({ shape }) => shape.type.value)
  .filter((type) => type !== 'server-message' && type !== 'server-response');
const wrappedTypes = WrappedEvent.options.map(({ shape }) => shape.type.value);

describe('the documented messages from the server', () => {
  let rows: Row[];
  let faceTypes: string[];
  beforeAll(async () => {
    ({ rows, faceTypes } = await readRows());
  });
  const documented = (envelope: string) =>
    rows.filter((row) => row.envelope.split(', ').includes(envelope)).flatMap(({ types }) => types);

  it('are those of the schemas, in every form', () => {
    expect(new Set(documented('top'))).toEqual(new Set(topTypes));
    expect(new Set([...documented('wrapped'), ...faceTypes])).toEqual(new Set(wrappedTypes));
    expect(documented('flat')).toEqual(['server-response']);
  });

  it('are made, and judged, in files that exist', async () => {
    const files = rows.flatMap(({ where, judged }) => [
      ...where.map((path) => join('src', path)),
      ...judged.map((path) => join('test', `${path}.test.ts`)),
    ]);
    expect(files.length).toBeGreaterThan(rows.length);
    for (const file of new Set(files)) await expect(access(file), file).resolves.toBeUndefined();
  });
});
