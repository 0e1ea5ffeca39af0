import * as z from 'zod';

/**
 * Something found for what was just said, for the character to answer from. Whoever wrote it: it is quoted in the
 * prompt, and never speaks to the model.
 */
export const Material = z.object({
  /** A passage of an uploaded document, or a fact remembered of the person. */
  source: z.enum(['knowledge', 'memory']),
  id: z.string().max(100),
  /** The document's file name; where a fact is from. */
  title: z.string().max(300),
  text: z.string().max(4_000),
  /** Compares materials of one source: more is better. */
  score: z.number(),
});
export type Material = z.infer<typeof Material>;

/** What was found for one answer, and how long that took. `late`: nothing came in time. */
export type Recalled = { material: Material[]; ms: number; late: boolean };

/** How much one answer gets to read. */
export const mostMaterials = 8;

export const Materials = z.array(Material).max(mostMaterials);

/** Longer words of a user are searched for by their end, where the question stands. */
export const mostQueryChars = 1_000;

/** What is searched for. */
export const RecallQuery = z.object({
  text: z.string().max(mostQueryChars),
  /** Who said it, as clients know them; null where nobody knows. */
  speakerId: z.string().max(300).nullable(),
});
export type RecallQuery = z.infer<typeof RecallQuery>;

/**
 * Milliseconds. `agentMs`: how long an answer waits for what may be found, at most; then it goes without. The search
 * takes 10 to 30 ms and its way there and back 2; it begins when the user falls silent, 300 ms and more before a turn
 * is judged over, and model and synthesiser begin the later by it. `serverMs` gives a slow embedding up before that, so
 * that what the words alone find is still in time.
 */
export const recallDeadline = { agentMs: 250, serverMs: 180 } as const;
