import { patchActionConfig, type ActionConfig } from '../protocol/action-config.ts';
import type { MessageOf } from '../protocol/client-messages.ts';
import { contextBudget } from '../protocol/context-budget.ts';
import type { RunLlm } from '../protocol/context-update.ts';
import type { Participant } from '../protocol/participant.ts';
import { respond, type ServerResponse } from '../protocol/server-messages.ts';
import type { CommandDeps } from './command-deps.ts';
import { contextExtras, contextMessage } from './context-answer.ts';
import { updateName } from './update-name.ts';
import { changeContext, countTokens, type Changed } from './dynamic-context.ts';
import { asRunLlm, asWish } from './respond-mode.ts';

type Update = MessageOf<'context-update'>;

/** Changes what the character knows and may do, all of it or nothing, and lets it speak about it as `run_llm` says. */
export function updateContext(
  message: Update,
  deps: CommandDeps,
  sender: Participant | undefined,
): ServerResponse {
  const { type, data } = message;
  const { conversation, context, log } = deps;
  // Not the message's own id: others count theirs from one too, and so does who comes back.
  const updateId = data.update_id ?? undefined;
  const name = updateId === undefined ? undefined : updateName(type, updateId, sender);
  const runLlm = data.run_llm ?? data.respond_mode ?? asRunLlm[context.respondModes.context_update];
  if (updateId !== undefined && name !== undefined && context.wasApplied(name)) {
    const extras = { ...contextExtras(context), update_id: updateId, duplicate: true };
    return respond(type, 'success', { message: 'Context update was applied before', extras });
  }
  const changed = changedText(message, deps);
  const actions = changedActions(message, deps);
  if (!changed.ok || !actions.ok) {
    const reason = changed.ok ? (actions.ok ? '' : actions.error) : changed.error;
    const extras = updateId === undefined ? {} : { extras: { update_id: updateId } };
    return respond(type, 'error', { message: `Failed to process ${type}: ${reason}`, ...extras });
  }
  const created = actions.config !== undefined && context.actionConfig === null;
  const hadAttention = context.actionConfig?.current_attention_object ?? null;
  context.apply(changed.next, actions.config, name);
  conversation.contextChanged();
  const tokens = countTokens(changed.next).total;
  if (changed.trimmed > 0) log.info({ trimmed: changed.trimmed }, 'oldest context updates trimmed');
  if (tokens > contextBudget.warnTokens) log.warn({ tokens }, 'the dynamic context is large');
  const text = data.mode === 'reset' ? '' : (data.text ?? '').trim();
  const outcome = conversation.react(
    { text, mayAbstain: runLlm === 'auto' },
    deps.silently ? 'never' : wishFor(runLlm, text),
  );
  const attention = context.actionConfig?.current_attention_object ?? null;
  return respond(type, 'success', {
    message: contextMessage(data.mode, runLlm, outcome),
    extras: {
      ...contextExtras(context, runLlm, outcome),
      ...(updateId !== undefined && { update_id: updateId }),
      duplicate: false,
      ...(actions.config && {
        ...countOf(actions.config),
        action_config_updated: true,
        action_config_created: created,
        current_attention_object: attention,
        current_attention_object_cleared: hadAttention !== null && attention === null,
        prompt_rebuild: true,
      }),
    },
  });
}

function changedText({ data }: Update, { context }: CommandDeps): Changed {
  const { mode, remove_static: removeStatic } = data;
  const text = (data.text ?? '').trim();
  if (mode === 'reset') return changeContext(context.dynamic, { mode, removeStatic });
  if (text === '') return { ok: true, next: context.dynamic, trimmed: 0 };
  return changeContext(context.dynamic, { mode, text });
}

/** Of JSON, all lists together: what one data packet could bring. Patches could otherwise add up to three of them. */
const mostActionChars = 64_000;

type Actions = { ok: true; config?: ActionConfig } | { ok: false; error: string };

function changedActions({ data }: Update, { context }: CommandDeps): Actions {
  const { current_attention_object: attention } = data;
  const patch = data.action_config ?? undefined;
  if (attention === undefined && patch === undefined) return { ok: true };
  const patched = patchActionConfig(context.actionConfig, patch, attention);
  const isTooLarge = patched.ok && JSON.stringify(patched.config).length > mostActionChars;
  return isTooLarge ? { ok: false, error: 'action_config is too large' } : patched;
}

/** Nothing was told that could be spoken about: only an outright wish makes the character speak. */
function wishFor(runLlm: RunLlm, text: string) {
  return text === '' && runLlm === 'auto' ? 'never' : asWish[runLlm];
}

function countOf({ actions, objects, characters }: ActionConfig) {
  return {
    actions_count: actions.length,
    objects_count: objects.length,
    characters_count: characters.length,
  };
}
