import type { RunLlm } from '../protocol/context-update.ts';
import type { Wish } from '../turn/reaction.ts';

/** Both vocabularies for one thing, and ours. */
export const asWish = {
  false: 'never',
  auto: 'whenIdle',
  true: 'always',
  silent: 'never',
  must_respond: 'always',
} as const satisfies Record<RunLlm | 'silent' | 'auto' | 'must_respond', Wish>;

export const asRunLlm = { silent: 'false', auto: 'auto', must_respond: 'true' } as const;
