/** Parts of the page that a run of the bench writes. */
export type MeasuredPart = 'bench' | 'soak' | 'churn';

/** The page with what lies between the two marks of this part replaced. @throws when it does not have them */
export function withMeasured(page: string, part: MeasuredPart, measured: string): string {
  const [begin, end] = [`<!-- ${part}:begin -->`, `<!-- ${part}:end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${measured}\n\n${page.slice(to)}`;
}
