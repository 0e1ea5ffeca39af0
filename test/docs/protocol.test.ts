import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ClientMessage } from '../../src/protocol/client-messages.ts';
import {
  CharacterRemoved,
  CharacterStatus,
  MemberMarks,
  MemberReady,
} from '../../src/protocol/member-marks.ts';
import { ClientBoundMessage, WrappedEvent } from '../../src/protocol/server-messages.ts';

type Row = {
  types: string[];
  envelope: string;
  fields: string[];
  where: string[];
  judged: string[];
};

const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '');

/** `name?: shape` of a cell; what stands in parentheses is about a field and names none. */
function fieldsOfCell(cell = ''): string[] {
  let bare = cell;
  for (let before = ''; before !== bare;) {
    before = bare;
    bare = bare.replace(/\([^()]*\)/g, '');
  }
  return quoted(bare)
    .filter((text) => text !== '{}')
    .map((text) => text.replace(/:.*$/, ''))
    .sort();
}

/** The names of an object's fields, with a `?` where it may be left out; of several objects those of all. */
function fieldsOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodPipe) return fieldsOf(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return fieldsOf(schema.unwrap());
  if (schema instanceof z.ZodUnion)
    return schema.options
      .flatMap(fieldsOf)
      .map((name) => `${name}?`)
      .sort();
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape)
    .filter(([name]) => name !== 'type')
    .map(([name, field]) => (z.safeParse(field, undefined).success ? `${name}?` : name))
    .sort();
}

/** The tables between two headings, each row with as many cells as the table has columns. */
function rowsOf(page: string, from: string, to: string): string[][] {
  return page
    .slice(page.indexOf(from), page.indexOf(to))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(1, -1).split(' | '));
}

const asRow = ([types, envelope = '', data, where, judged]: (string | undefined)[]): Row => ({
  types: quoted(types),
  envelope: envelope.trim(),
  fields: fieldsOfCell(data),
  where: quoted(where),
  judged: quoted(judged),
});

async function readTables() {
  const page = await readFile('docs/protocol.md', 'utf8');
  const fromServer = rowsOf(page, '## From the server', '## From the client');
  const ofLength = (columns: number) => fromServer.filter(({ length }) => length === columns);
  return {
    rows: ofLength(6).map(([types, envelope, data, , where, judged]) =>
      asRow([types, envelope, data, where, judged]),
    ),
    ofFaces: ofLength(3).map(([types, data]) => asRow([types, 'wrapped', data])),
    ofMembers: ofLength(4).map(asRow),
    ofClients: rowsOf(page, '## From the client', '**Refusals.**').map(([types, data]) =>
      asRow([types, '', data]),
    ),
  };
}

const tops = ClientBoundMessage.options.flatMap((option) =>
  'data' in option.shape && option.shape.type.value !== 'server-message'
    ? [{ type: option.shape.type.value, schema: option.shape.data }]
    : [],
);
const wrapped = WrappedEvent.options.map((schema) => ({ type: schema.shape.type.value, schema }));
const flat = ClientBoundMessage.options.flatMap((schema) =>
  'data' in schema.shape ? [] : [{ type: schema.shape.type.value, schema }],
);
const withMarks = [MemberReady, CharacterStatus, CharacterRemoved].map(({ shape }) => ({
  type: shape.type.value,
  schema: shape.data,
}));

type Documented = { type: string; fields: string[] };
const byType = (a: Documented, b: Documented) => a.type.localeCompare(b.type);
const documented = (rows: Row[]): Documented[] =>
  rows.flatMap(({ types, fields }) => types.map((type) => ({ type, fields }))).sort(byType);
const declared = (of: { type: string; schema: z.core.$ZodType }[], without: string[] = []) =>
  of
    .map(({ type, schema }) => ({
      type,
      fields: fieldsOf(schema).filter((name) => !without.includes(name)),
    }))
    .sort(byType);

describe('the documented messages', () => {
  let tables: Awaited<ReturnType<typeof readTables>>;
  beforeAll(async () => {
    tables = await readTables();
  });
  const inForm = (form: string) =>
    tables.rows.filter(({ envelope }) => envelope.split(', ').includes(form));

  it('of the server are those of the schemas, in every form, with the very fields', () => {
    expect(documented(inForm('top'))).toEqual(declared(tops));
    expect(documented([...inForm('wrapped'), ...tables.ofFaces])).toEqual(declared(wrapped));
    expect(documented(inForm('flat'))).toEqual(declared(flat));
  });

  it('of a character among several are those of the schemas, beside its marks', () => {
    const marks = Object.keys(MemberMarks.shape);
    expect(documented(tables.ofMembers)).toEqual(declared(withMarks, marks));
  });

  it('of a client are those of the schemas, with the very fields', () => {
    const messages = ClientMessage.options.map(({ shape }) => ({
      type: shape.type.value,
      schema: shape.data,
    }));
    expect(documented(tables.ofClients)).toEqual(declared(messages));
  });

  it('are made, and judged, in files that exist', async () => {
    const { rows } = tables;
    const files = rows.flatMap(({ where, judged }) => [
      ...where.map((path) => join('src', path)),
      ...judged.map((path) => join('test', `${path}.test.ts`)),
    ]);
    expect(files.length).toBeGreaterThan(rows.length);
    for (const file of new Set(files)) await expect(access(file), file).resolves.toBeUndefined();
  });
});
