import * as z from 'zod';

/*
 * A story that a character leads its listener through: sections with an objective each, decisions that lead on from one
 * to another, triggers by which the application leads there. Source: Convai docs, narrative-design-api.md.
 */

export const Decision = z.object({
  /** When the story goes on, in words: "User agrees to take the tour." */
  criteria: z.string(),
  nextSectionId: z.string(),
});
export type Decision = z.infer<typeof Decision>;

export const Section = z.object({
  id: z.string(),
  name: z.string(),
  /** What the character wants in it; `{name}` stands for a template key. */
  objective: z.string(),
  decisions: z.array(Decision),
  /** Without a meaning here: told to clients as they were written. */
  behaviorTreeCode: z.string(),
  btConstants: z.string(),
});
export type Section = z.infer<typeof Section>;

export const Trigger = z.object({
  name: z.string(),
  /** What happened, where the application does not say it. */
  message: z.string(),
  /** Null: it tells what happened and leads nowhere. */
  destinationSectionId: z.string().nullable(),
});
export type Trigger = z.infer<typeof Trigger>;

/** A story as whoever tells it needs it. */
export const Narrative = z.object({
  /** Oldest first. */
  sections: z.array(Section),
  triggers: z.array(Trigger),
  /** Where it stands; null: it has not begun. */
  currentSectionId: z.string().nullable(),
});
export type Narrative = z.infer<typeof Narrative>;

/** What of a section says where it leads. */
type Leading = { id: string; decisions: readonly Pick<Decision, 'nextSectionId'>[] };

/**
 * Where a story begins by itself: the oldest section that nothing leads to. Where something leads to each and no trigger
 * does, the oldest; else it waits for its trigger.
 */
export function firstSection<S extends Leading>({
  sections,
  triggers,
}: {
  sections: readonly S[];
  triggers: readonly Pick<Trigger, 'destinationSectionId'>[];
}): S | undefined {
  const triggered = triggers.flatMap(({ destinationSectionId: id }) => (id === null ? [] : [id]));
  const decided = sections.flatMap(({ decisions }) =>
    decisions.map(({ nextSectionId }) => nextSectionId),
  );
  const led = new Set([...triggered, ...decided]);
  const root = sections.find(({ id }) => !led.has(id));
  return root ?? (triggered.length === 0 ? sections[0] : undefined);
}
