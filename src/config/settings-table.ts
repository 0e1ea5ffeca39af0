import { Environment, told } from './environment.ts';

/** The settings as a Markdown table, for the README. */
export function settingsTable(): string {
  const rows = Object.entries(Environment.shape).map(([name, schema]) => {
    const { means = '', default: shown = 'none' } = told.get(schema) ?? {};
    return `| \`${name}\` | ${means} | ${shown} |`;
  });
  return ['| Variable | Meaning | Default |', '| --- | --- | --- |', ...rows].join('\n');
}
