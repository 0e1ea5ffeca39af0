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
