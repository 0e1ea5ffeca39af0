import * as z from 'zod';

/** The older turns of a conversation in few words. */
export const Summary = z.object({
  text: z.string().max(20_000),
  /** The last turn it covers. */
  throughTurnId: z.string(),
});
export type Summary = z.infer<typeof Summary>;

/** What a character has of the past, beyond the turns of its conversation. */
export const Recollection = z.object({
  /** What it remembers of those who may be there, most important first; by the id that they came with. */
  people: z.array(z.object({ speakerId: z.string(), facts: z.array(z.string()) })),
  /** Of this conversation; null while it is short. */
  summary: Summary.nullable(),
});
export type Recollection = z.infer<typeof Recollection>;

/** What a character of a session remembers of somebody in it, from now on. */
export type FactNews = { characterSessionId: string; speakerId: string; facts: string[] };

export const nothingRecollected: Recollection = { people: [], summary: null };
