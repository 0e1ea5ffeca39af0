import * as z from 'zod';
import { orDefault } from './lax.ts';
import { PlainText, plainLine } from './plain-text.ts';

/*
 * What a character may do and to what: the whole set of affordances of a session.
 * Source: Convai docs, live-apis-beta/connect-api.md#action_config. Every form that clients send is read into one:
 * actions as plain strings, the attention object as its name (or null).
 */
const limits = { nameLength: 256, descriptionLength: 4_000, items: 500 } as const;
/** In one line: names are listed in prompts. */
const name = z
  .string()
  .max(limits.nameLength)
  .transform(plainLine)
  .refine((text) => text !== '', { error: 'must not be empty' });
const description = orDefault(PlainText(limits.descriptionLength), '');

const Action = z
  .union([name, z.object({ value: name })])
  .transform((action) => (typeof action === 'string' ? action : action.value));

const attentionName = z.string().max(limits.nameLength).transform(plainLine);

/**
 * A name, or a whole object of which the name counts. As a change of what there was: undefined leaves it, null (sent
 * as the empty string) clears it.
 */
export const AttentionChange = z
  .union([attentionName, z.object({ name: attentionName })])
  .nullish()
  .transform((value) => {
    const attention = typeof value === 'object' ? value?.name : value;
    return attention === '' ? null : attention;
  });

/** At connect there is nothing to leave as it is. */
const AttentionObject = AttentionChange.transform((attention) => attention ?? null);

const objects = z.array(z.object({ name, description })).max(limits.items);
const characters = z.array(z.object({ name, bio: description })).max(limits.items);
const actions = z.array(Action).max(limits.items);
const unlisted = 'current_attention_object must match one of the objects[].name values';

export const ActionConfig = z
  .object({
    actions: orDefault(actions, []),
    objects: orDefault(objects, []),
    characters: orDefault(characters, []),
    current_attention_object: AttentionObject,
    /** What `@convai/web-sdk` sends in place of `current_attention_object`. */
    currentAttentionObject: AttentionObject,
  })
  .transform(({ currentAttentionObject, ...config }) => ({
    ...config,
    current_attention_object: config.current_attention_object ?? currentAttentionObject,
  }))
  .refine(
    ({ objects, current_attention_object: attention }) =>
      attention === null || objects.some((object) => object.name === attention),
    {
      path: ['current_attention_object'],
      error: unlisted,
    },
  );
export type ActionConfig = z.infer<typeof ActionConfig>;

/** A change in mid-session: the lists that are there replace, the others stay. */
export const ActionConfigPatch = z
  .object({
    actions: actions.nullish(),
    objects: objects.nullish(),
    characters: characters.nullish(),
    current_attention_object: AttentionChange,
    currentAttentionObject: AttentionChange,
  })
  .transform(({ currentAttentionObject, ...patch }) => ({
    ...patch,
    current_attention_object:
      patch.current_attention_object === undefined
        ? currentAttentionObject
        : patch.current_attention_object,
  }));
export type ActionConfigPatch = z.infer<typeof ActionConfigPatch>;

/**
 * @param attention undefined leaves it, but for an object that is listed no longer: then there is none
 * @returns the whole new set, or why it cannot be
 */
export function patchActionConfig(
  config: ActionConfig | null,
  patch: ActionConfigPatch | undefined,
  attention: string | null | undefined,
): { ok: true; config: ActionConfig } | { ok: false; error: string } {
  const wanted = attention === undefined ? patch?.current_attention_object : attention;
  const next = {
    actions: patch?.actions ?? config?.actions ?? [],
    objects: patch?.objects ?? config?.objects ?? [],
    characters: patch?.characters ?? config?.characters ?? [],
  };
  const isListed = (object: string) => next.objects.some(({ name: listed }) => listed === object);
  if (typeof wanted === 'string' && !isListed(wanted)) return { ok: false, error: unlisted };
  const before = config?.current_attention_object ?? null;
  const kept = before !== null && isListed(before) ? before : null;
  return {
    ok: true,
    config: { ...next, current_attention_object: wanted === undefined ? kept : wanted },
  };
}
