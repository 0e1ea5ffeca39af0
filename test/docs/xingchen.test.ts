import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCodes } from '../../src/protocol/xingchen/error-codes.ts';

it('lists every code of a refusal in docs/xingchen.md, with its word and its HTTP status', () => {
  const page = readFileSync('docs/xingchen.md', 'utf8');
  const rows = [...page.matchAll(/^\| (\d{5}) \| `(\w+)`/gm)].map(([, code, word]) => [
    word,
    Number(code),
  ]);
  expect(Object.fromEntries(rows)).toEqual(errorCodes);
  const codes = Object.values(errorCodes);
  expect(new Set(codes).size).toBe(codes.length);
});
