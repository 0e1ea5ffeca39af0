/** Lines of one paragraph as one text: files are wrapped at some width. Between Chinese lines there is no blank. */
export function joinedLines(lines: readonly string[]): string {
  return lines
    .map((line, place) => {
      const before = lines[place - 1] ?? '';
      return before === '' || endsTight(before) ? line : ` ${line}`;
    })
    .join('');
}

function endsTight(text: string): boolean {
  return /[\p{Script=Han}，。；：、！？”]$/u.test(text.slice(-2));
}
