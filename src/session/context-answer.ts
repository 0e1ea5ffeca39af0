import { contextBudget } from '../protocol/context-budget.ts';
import type { RunLlm } from '../protocol/context-update.ts';
import type { Floor, Reaction } from '../turn/reaction.ts';
import { countTokens } from './dynamic-context.ts';
import type { SessionContext } from './session-context.ts';

/** How a `context-update` is acknowledged. Source: Convai docs, live-apis-beta/server-to-client-messages.md. */
type Outcome = { reaction: Reaction; floor: Floor };

/** Bytes of UTF-8: with all the rest the answer must fit a data packet of 64,000, also where JSON escapes a character. */
const mostContentBytes = 24_000;

export function contextMessage(
  mode: 'append' | 'replace' | 'reset',
  runLlm: RunLlm,
  { reaction, floor }: Outcome,
): string {
  const wanted = `requested run_llm=${runLlm}`;
  switch (reaction) {
    case 'cut':
      return `Context updated with INTERRUPTION (run_llm=${runLlm} interrupted bot ${floor}, triggering new response)`;
    case 'later':
    case 'none':
      if (runLlm === 'false' || floor === 'idle') break;
      return floor === 'user'
        ? `Context updated silently (${wanted}, but user is speaking - bot will respond after user finishes)`
        : `Context updated silently (${wanted}, downgraded due to bot state: ${stateOf(floor)})`;
    case 'now':
  }
  return `Context updated successfully (${mode} mode, run_llm=${runLlm})`;
}

const stateOf = (floor: Floor) => (floor === 'thinking' ? 'thinking' : 'speaking');

/** The state of the context, and where there is an outcome, what became of the wish to speak about it. */
export function contextExtras(context: SessionContext, runLlm?: RunLlm, outcome?: Outcome) {
  const { updates } = context.dynamic;
  const tokens = countTokens(context.dynamic);
  const { staticTokens, runtimeTokens, combinedTokens } = contextBudget;
  return {
    token_count: tokens.total,
    static_token_count: tokens.static,
    runtime_token_count: tokens.runtime,
    max_tokens: combinedTokens,
    static_max_tokens: staticTokens,
    runtime_max_tokens: runtimeTokens,
    remaining_tokens: Math.max(0, combinedTokens - tokens.total),
    ...contentExtras(updates.join('\n')),
    revision: context.revision,
    ...(runLlm && outcome && reactionExtras(runLlm, outcome)),
  };
}

/** The whole retained text, or its newest part where a packet does not hold it. */
function contentExtras(content: string) {
  const bytes = new TextEncoder().encode(content);
  if (bytes.length <= mostContentBytes) return { content };
  const newest = new TextDecoder().decode(bytes.subarray(-mostContentBytes));
  // What was cut may have begun in the middle of a character.
  return { content: newest.replace(/^\ufffd+/, ''), content_truncated: true };
}

function reactionExtras(runLlm: RunLlm, { reaction, floor }: Outcome) {
  const speaks = reaction === 'now' || reaction === 'cut';
  const isLess = runLlm !== 'false' && !speaks && floor !== 'idle';
  return {
    requested_run_llm: runLlm,
    actual_run_llm: speaks ? runLlm : 'false',
    ...(isLess && { downgrade_reason: floor === 'user' ? 'user_speaking' : 'bot_busy' }),
    interrupted: reaction === 'cut',
    llm_triggered: speaks,
  };
}
