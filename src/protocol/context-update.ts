import * as z from 'zod';
import { ActionConfigPatch, AttentionChange } from './action-config.ts';
import { GivenId, laxBoolean, orDefault } from './lax.ts';
import { PlainText } from './plain-text.ts';

/** More than a data packet holds: the token budget is what bounds it. */
const mostChars = 200_000;

/** Whether the character is to speak about what it was told: `true`, `false` or `auto`; game engines send booleans too. */
const RunLlm = z.preprocess(
  (value) => (typeof value === 'boolean' ? String(value) : value),
  z.enum(['auto', 'true', 'false']),
);
export type RunLlm = z.infer<typeof RunLlm>;

/** What Convai's Unity SDK 4.4 calls it. */
const asRunLlm = { silent: 'false', auto: 'auto', must_respond: 'true' } as const;
const RespondModeAsRunLlm = z
  .enum(['silent', 'auto', 'must_respond'])
  .transform((mode): RunLlm => asRunLlm[mode]);

/**
 * `text` may also be left out where the update is about the action contract or the attention alone.
 * Source: Convai docs, live-apis-beta/client-to-server-messages.md#context-update; `update_id` of
 * server-to-client-messages.md#server-response.
 */
export const ContextUpdate = z
  .object({
    text: PlainText(mostChars).nullish(),
    mode: orDefault(z.enum(['append', 'replace', 'reset']), 'append'),
    run_llm: RunLlm.nullish(),
    respond_mode: RespondModeAsRunLlm.nullish(),
    current_attention_object: AttentionChange,
    /** What `@convai/web-sdk` writes in place of `current_attention_object`. */
    currentAttentionObject: AttentionChange,
    action_config: ActionConfigPatch.nullish(),
    remove_static: orDefault(laxBoolean, false),
    update_id: GivenId.nullish(),
  })
  .transform(({ currentAttentionObject, current_attention_object: attention, ...update }) => ({
    ...update,
    current_attention_object: attention === undefined ? currentAttentionObject : attention,
  }))
  .refine(
    ({ mode, text, action_config: actions, current_attention_object: attention }) =>
      mode === 'reset' ||
      (text ?? '').trim() !== '' ||
      (actions ?? undefined) !== undefined ||
      attention !== undefined,
    { path: ['text'], error: 'required unless mode is "reset"' },
  );
export type ContextUpdate = z.infer<typeof ContextUpdate>;
