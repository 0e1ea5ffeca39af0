import * as z from 'zod';
import { orDefault } from './lax.ts';

/*
 * What a character may do and to what: the whole set of affordances of a session.
 * Source: Convai docs, live-apis-beta/connect-api.md#action_config. Every form that clients send is read into one:
 * actions as plain strings, the attention object as its name (or null).
 */
const limits = { nameLength: 256, descriptionLength: 4_000, items: 500 } as const;
const name = z.string().trim().min(1).max(limits.nameLength);
const description = orDefault(z.string().max(limits.descriptionLength), '');

const Action = z
  .union([name, z.object({ value: name })])
  .transform((action) => (typeof action === 'string' ? action : action.value));

/** A name, or a whole object of which the name counts; the empty string means none. */
const AttentionObject = z
  .union([
    z.string().trim().max(limits.nameLength),
    z.object({ name: z.string().trim().max(limits.nameLength) }),
  ])
  .nullish()
  .transform((value) => {
    const attention = typeof value === 'object' ? value?.name : value;
    return attention === undefined || attention === '' ? null : attention;
  });

export const ActionConfig = z
  .object({
    actions: orDefault(z.array(Action).max(limits.items), []),
    objects: orDefault(z.array(z.object({ name, description })).max(limits.items), []),
    characters: orDefault(z.array(z.object({ name, bio: description })).max(limits.items), []),
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
      error: 'current_attention_object must match one of the objects[].name values',
    },
  );
export type ActionConfig = z.infer<typeof ActionConfig>;
