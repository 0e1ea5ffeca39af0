import { budgetTokens, contextBudget } from '../protocol/context-budget.ts';

/** What the character is told of its world beside the conversation. */
export type DynamicContext = {
  /** Of `/connect`. */
  staticText: string;
  /** Since then, oldest first. */
  updates: readonly string[];
};

export type ContextTokens = { static: number; runtime: number; total: number };

export type ContextChange =
  { mode: 'append' | 'replace'; text: string } | { mode: 'reset'; removeStatic: boolean };

export type Changed =
  /** `trimmed`: how many of the oldest updates had to go. */
  { ok: true; next: DynamicContext; trimmed: number } | { ok: false; error: string };

export function countTokens({ staticText, updates }: DynamicContext): ContextTokens {
  const fixed = budgetTokens(staticText);
  const runtime = updates.reduce((sum, text) => sum + budgetTokens(text), 0);
  return { static: fixed, runtime, total: fixed + runtime };
}

/**
 * One `context-update` applied. Over the runtime budget the oldest updates go; only a text that would not fit alone is an
 * error. Pure.
 */
export function changeContext(context: DynamicContext, change: ContextChange): Changed {
  if (change.mode === 'reset') {
    const staticText = change.removeStatic ? '' : context.staticText;
    return { ok: true, next: { staticText, updates: [] }, trimmed: 0 };
  }
  const text = change.text.trim();
  const tooMuch = limitExceeded(context.staticText, text);
  if (tooMuch !== undefined) return { ok: false, error: tooMuch };
  const all = change.mode === 'append' ? [...context.updates, text] : [text];
  const updates = newestWithin(all, contextBudget.runtimeTokens);
  return {
    ok: true,
    next: { staticText: context.staticText, updates },
    trimmed: all.length - updates.length,
  };
}

/**
 * The documented error, or undefined. With both parts within their limits their sum is within the combined one, so that
 * this third check can only fail where a limit was changed.
 */
export function limitExceeded(staticText: string, text: string): string | undefined {
  const fixed = budgetTokens(staticText);
  const runtime = budgetTokens(text);
  const { staticTokens, runtimeTokens, combinedTokens } = contextBudget;
  const checks = [
    { name: 'static_text', tokens: fixed, most: staticTokens, other: `text: ${runtime}` },
    { name: 'text', tokens: runtime, most: runtimeTokens, other: `static_text: ${fixed}` },
    {
      name: 'combined',
      tokens: fixed + runtime,
      most: combinedTokens,
      other: `static_text: ${fixed}, text: ${runtime}`,
    },
  ];
  const failed = checks.find(({ tokens, most }) => tokens > most);
  if (!failed) return undefined;
  const { name, tokens, most, other } = failed;
  return (
    `1 validation error for DynamicInfo\nValue error, Dynamic info ${name} token limit exceeded. ` +
    `${name}: ${tokens} estimated tokens, ${other} estimated tokens, Maximum: ${most} tokens.`
  );
}

function newestWithin(updates: readonly string[], mostTokens: number): readonly string[] {
  let tokens = 0;
  let from = updates.length;
  for (const text of updates.toReversed()) {
    tokens += budgetTokens(text);
    if (tokens > mostTokens) break;
    from--;
  }
  return updates.slice(from);
}
