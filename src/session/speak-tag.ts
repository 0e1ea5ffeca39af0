/**
 * What is inside `<speak>…</speak>`, in any case of letters; what is outside of them is not said. A tag that is not
 * closed reaches to the end, and tags inside a tag are none (an SDK that adds its own to those of its caller).
 * Source: Convai docs, narrative-design.md ("Syntax Instructions").
 * @returns undefined without a tag
 */
export function spokenIn(text: string): string | undefined {
  const pieces = text.split(/(<\/?speak\s*>)/i);
  if (pieces.length === 1) return undefined;
  let depth = 0;
  let opened = false;
  const spoken: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) {
      if (depth > 0 && piece.trim() !== '') spoken.push(piece.trim());
    } else if (piece.startsWith('</')) depth = Math.max(0, depth - 1);
    else {
      depth++;
      opened = true;
    }
  }
  return opened ? spoken.join(' ') : undefined;
}
