import * as z from 'zod';
import type { Decision } from '../protocol/narrative.ts';
import { NarrativeInvalid } from './narrative-refusals.ts';

export const limits = {
  sections: 200,
  triggers: 200,
  decisions: 16,
  nameChars: 200,
  objectiveChars: 4_000,
  criteriaChars: 500,
  messageChars: 2_000,
  /** Of code or constants as JSON: both are told to clients in one data packet of 64,000. */
  behaviourBytes: 30_000,
  /** Of a whole story as JSON: it travels with every conversation that tells it. */
  storyBytes: 200_000,
} as const;

const name = z.string().trim().min(1).max(limits.nameChars);
const behaviour = z
  .string()
  .refine((text) => Buffer.byteLength(JSON.stringify(text)) <= limits.behaviourBytes, {
    error: `must be at most ${limits.behaviourBytes} bytes as JSON`,
  });
const SectionFields = z.object({
  name,
  objective: z.string().trim().max(limits.objectiveChars),
  decisions: z
    .array(
      z.object({
        criteria: z.string().trim().min(1).max(limits.criteriaChars),
        nextSectionId: z.string().max(100),
      }),
    )
    .max(limits.decisions),
  behaviorTreeCode: behaviour,
  btConstants: behaviour,
});
export const SectionDraft = SectionFields.extend({
  objective: SectionFields.shape.objective.default(''),
  decisions: SectionFields.shape.decisions.default([]),
  behaviorTreeCode: behaviour.default(''),
  btConstants: behaviour.default(''),
});
export type SectionDraft = z.input<typeof SectionDraft>;
export const SectionChange = SectionFields.partial();
export type SectionChange = z.input<typeof SectionChange>;

const TriggerFields = z.object({
  name,
  message: z.string().trim().max(limits.messageChars),
  destinationSectionId: z.string().max(100).nullable(),
});
export const TriggerDraft = TriggerFields.extend({
  message: TriggerFields.shape.message.default(''),
  destinationSectionId: TriggerFields.shape.destinationSectionId.default(null),
});
export type TriggerDraft = z.input<typeof TriggerDraft>;
export const TriggerChange = TriggerFields.partial();
export type TriggerChange = z.input<typeof TriggerChange>;

export type StoredSection = {
  id: string;
  name: string;
  objective: string;
  decisions: Decision[];
  behaviorTreeCode: string;
  btConstants: string;
};
export type StoredTrigger = {
  id: string;
  name: string;
  message: string;
  destinationSectionId: string | null;
};

const wireNames: Record<string, string> = {
  nextSectionId: 'next_section_id',
  destinationSectionId: 'destination_section',
  behaviorTreeCode: 'behavior_tree_code',
  btConstants: 'bt_constants',
};

/** @throws {NarrativeInvalid} naming the field as the wire has it */
export function parsed<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map((part) => wireNames[String(part)] ?? String(part));
  throw new NarrativeInvalid([path.join('.'), issue?.message ?? 'invalid'].join(': '));
}
