import { budgetExceeded, budgetTokens, contextBudget } from '../protocol/context-budget.ts';

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
  const tooMuch = budgetExceeded(context.staticText, text);
  if (tooMuch !== undefined) {
    return { ok: false, error: `1 validation error for DynamicInfo\n${tooMuch}` };
  }
  const all = change.mode === 'append' ? [...context.updates, text] : [text];
  const updates = newestWithin(all, contextBudget.runtimeTokens);
  return {
    ok: true,
    next: { staticText: context.staticText, updates },
    trimmed: all.length - updates.length,
  };
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
