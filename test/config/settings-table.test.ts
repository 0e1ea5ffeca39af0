import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/config/environment.ts';
import { settingsTable } from '../../src/config/settings-table.ts';

describe('the table of settings', () => {
  it('has each variable once, with a meaning and a default', () => {
    const rows = settingsTable().split('\n').slice(2);
    expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(
      Object.keys(Environment.shape).map((name) => `\`${name}\``),
    );
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` \| [^|]+ \| [^|]+ \|$/);
  });

  it('stands in the README as it is (else: node tools/settings-table.mjs)', () => {
    const readme = readFileSync('README.md', 'utf8');
    const [, shown] = /<!-- settings -->\n([^]*)<!-- \/settings -->/.exec(readme) ?? [];
    // Prettier pads the columns.
    const cells = (table = '') =>
      table
        .trim()
        .split('\n')
        .map((row) => row.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));
    expect(cells(shown)).toEqual(cells(settingsTable()));
  });
});
