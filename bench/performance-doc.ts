const begin = '<!-- bench:begin -->';
const end = '<!-- bench:end -->';

/** The page with what lies between its two marks replaced. @throws when it does not have them */
export function withMeasured(page: string, measured: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${measured}\n\n${page.slice(to)}`;
}
