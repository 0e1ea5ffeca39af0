import { measure, type Measures, type Spread } from './measures.ts';
import { categories, type Language } from './script.ts';
import type { Verdict } from './verdict.ts';

const begin = '<!-- turn-taking:begin -->';
const end = '<!-- turn-taking:end -->';
const head = [
  'what is heard',
  'language',
  'scenes',
  'cut off',
  'extra wait, ms (p50 / p90)',
  'interruptions missed',
  'voice silent after, ms (p50 / p90)',
  'false interruptions',
  'resumed',
  'lost / twice / to nothing',
];
const languageNames: Record<Language, string> = { en: 'English', zh: 'Chinese' };

/** Verdicts of one recogniser. */
type Run = { recogniser: string; verdicts: readonly Verdict[] };
/** What was played to recognisers that know the words, and to the one that may mishear them. */
export type Runs = Record<'set' | 'heldOut' | 'slow' | 'voice' | 'embedded', Run[]>;

export function report({ set, heldOut, slow, voice, embedded }: Runs): string {
  const all = verdictsOf(set);
  const byCategory = categories.flatMap((category) =>
    (['en', 'zh'] as const).flatMap((language) => {
      const own = all.filter(
        ({ performance: { scene } }) =>
          scene.script.category === category && scene.script.language === language,
      );
      return own.length === 0 ? [] : [row(category, languageNames[language], measure(own))];
    }),
  );
  const sums = [...set, ...heldOut, ...slow, ...voice, ...embedded].map(
    ({ recogniser, verdicts }) => row(`**${recogniser}**`, 'all', measure(verdicts)),
  );
  return [
    table([...byCategory, row('**all**', 'both', measure(all)), ...sums]),
    `Cut off: ${cutOffIn(all)}.`,
    `Cut off of those held out: ${cutOffIn(verdictsOf(heldOut))}.`,
  ].join('\n\n');
}

const verdictsOf = (runs: readonly Run[]) => runs.flatMap(({ verdicts }) => verdicts);

function cutOffIn(verdicts: readonly Verdict[]): string {
  const says = verdicts
    .filter(({ cutOff }) => cutOff)
    .map(({ performance: { scene } }) => `\`${scene.script.says}\``);
  return [...new Set(says)].join(' · ') || 'none';
}

/** The page with what lies between its two marks replaced. @throws when it does not have them */
export function withReport(page: string, measured: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${measured}\n\n${page.slice(to)}`;
}

function row(what: string, language: string, m: Measures): string[] {
  return [
    what,
    language,
    String(m.scenes),
    m.turns === 0 ? '' : share(m.cutOff, m.turns),
    spreadOf(m.extraWaitMs),
    m.interruptions === 0 ? '' : share(m.missed, m.interruptions),
    spreadOf(m.silenceAfterMs),
    String(m.falseInterruptions || ''),
    m.falseInterruptions === 0 ? '' : share(m.resumed, m.falseInterruptions),
    `${m.lost} / ${m.answeredTwice} / ${m.answeredNothing}`,
  ];
}

function share(part: number, whole: number): string {
  return `${part} of ${whole}, ${((100 * part) / whole).toFixed(1)}%`;
}

function spreadOf(spread: Spread | undefined): string {
  return spread === undefined ? '' : `${Math.round(spread.p50)} / ${Math.round(spread.p90)}`;
}

function table(rows: readonly string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
