import * as z from 'zod';

/*
 * What the Xingchen API keeps of a character under `advancedConfig`, as far as it is obeyed here. It is stored as it was
 * sent, so what is missing or strange counts as not configured. What is listed is meant, unless `enabled` is false.
 */
const most = { entries: 200, keywordChars: 200, descChars: 1_000 } as const;

/** Of a list, what can be read. */
const readable = <S extends z.ZodType>(item: S) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((given) =>
      given.slice(0, most.entries).flatMap((one): z.output<S>[] => {
        const read = item.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );

const word = z.string().trim().min(1).max(most.keywordChars);
const enabled = z
  .boolean()
  .nullish()
  .catch(null)
  .transform((given) => given ?? true);
const desc = z.string().trim().max(most.descChars).catch('');
const keywords = readable(z.object({ value: word })).transform((list) => [
  ...new Set(list.map(({ value }) => value)),
]);

const Condition = z.object({ enabled, conditionType: z.string().trim().max(100), keywords });
const RejectCondition = Condition.extend({
  /** Which kind of knowledge it is, such as `ancient`. */
  subRejectCondition: Condition.optional().catch(undefined),
});
export type RejectCondition = z.infer<typeof RejectCondition>;

const RejectPlugin = z.object({
  enabled,
  name: z.literal('reject_answer_plugin'),
  rejectConditions: readable(RejectCondition),
});
const ImagePlugin = z.object({
  enabled,
  name: z.literal('text_to_image_plugin'),
  imageStyle: desc,
  positiveDesc: desc,
  negativeDesc: desc,
});
export type ImagePlugin = z.infer<typeof ImagePlugin>;
/** Both a character's and those that come with one chat. */
export const PlatformPlugins = readable(
  z.discriminatedUnion('name', [RejectPlugin, ImagePlugin]),
).transform((plugins) => plugins.filter((plugin) => plugin.enabled));
export type PlatformPlugins = z.infer<typeof PlatformPlugins>;

const LongTermMemory = z.discriminatedUnion('memoryType', [
  z.object({
    enabled,
    memoryType: z.literal('kv'),
    kvMemoryConfigs: readable(z.object({ enabled, memoryText: word })),
  }),
  z.object({ enabled, memoryType: z.literal('summary') }),
]);

const AdvancedConfig = z
  .object({
    /** Undefined: nothing is said about it, and Parley's own memory holds. */
    longTermMemories: z.array(z.unknown()).optional().catch(undefined),
  })
  .catch({});

/** What a character shall remember of people. */
export type MemoryWish = {
  /** Facts of these kinds alone; null: whatever is worth it. */
  kinds: readonly string[] | null;
  summary: boolean;
};

/** @param xingchen what is kept of a character for this API */
export function memoryWishOf(xingchen: Readonly<Record<string, unknown>>): MemoryWish {
  const { longTermMemories: given } = AdvancedConfig.parse(xingchen['advancedConfig']);
  if (!given) return { kinds: null, summary: true };
  const wanted = readable(LongTermMemory)
    .parse(given)
    .filter((memory) => memory.enabled);
  const kinds = wanted.flatMap((memory) =>
    memory.memoryType === 'kv'
      ? memory.kvMemoryConfigs.flatMap((kind) => (kind.enabled ? [kind.memoryText] : []))
      : [],
  );
  return {
    kinds: [...new Set(kinds)],
    summary: wanted.some(({ memoryType }) => memoryType === 'summary'),
  };
}

export function imagePluginOf(plugins: PlatformPlugins): ImagePlugin | undefined {
  return plugins.find((plugin) => plugin.name === 'text_to_image_plugin');
}

/** The conditions that hold, of all reject plugins. */
export function rejectConditionsOf(plugins: PlatformPlugins): RejectCondition[] {
  return plugins.flatMap((plugin) =>
    plugin.name === 'reject_answer_plugin'
      ? plugin.rejectConditions.filter((condition) => condition.enabled)
      : [],
  );
}
