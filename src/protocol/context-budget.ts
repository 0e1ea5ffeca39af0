/*
 * How much a session may tell its character beside the conversation, in estimated tokens.
 * Source: Convai docs, live-apis-beta/client-to-server-messages.md#context-update.
 */
export const contextBudget = {
  /** What came with `/connect`. */
  staticTokens: 20_000,
  /** What came since. */
  runtimeTokens: 30_000,
  combinedTokens: 50_000,
  /** Above this much in all, the server's log says so. */
  warnTokens: 40_000,
} as const;

/**
 * The estimate that these budgets are counted in: four letters of an alphabet make a token, and so does every single
 * character of scripts that write more with one (from Devanagari on: Thai, Chinese, Japanese, Korean, emoji).
 */
export function budgetTokens(text: string): number {
  let dense = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x0900) dense++;
  return dense + Math.ceil((text.length - dense) / 4);
}

/**
 * The documented error, or undefined. With both parts within their limits their sum is within the combined one, so that
 * this third check can only fail where a limit was changed.
 */
export function budgetExceeded(staticText: string, text: string): string | undefined {
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
    `Value error, Dynamic info ${name} token limit exceeded. ` +
    `${name}: ${tokens} estimated tokens, ${other} estimated tokens, Maximum: ${most} tokens.`
  );
}
