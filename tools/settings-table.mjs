/** Writes the table of settings into README.md. Run it after `npm run build` when a setting changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { settingsTable } from '../dist/src/config/settings-table.js';

const path = new URL('../README.md', import.meta.url);
const readme = readFileSync(path, 'utf8');
const marked = /(<!-- settings -->\n)[^]*(<!-- \/settings -->)/;
if (!marked.test(readme)) throw new Error('README.md has no <!-- settings --> marks');
writeFileSync(
  path,
  readme.replace(marked, (_, open, close) => `${open}\n${settingsTable()}\n\n${close}`),
);
