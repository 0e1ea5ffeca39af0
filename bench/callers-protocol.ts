import * as z from 'zod';
import { TurnStages } from '../src/protocol/turn-record.ts';

/** What the bench asks of the process in which all callers live. One at a time; each is answered once. */
export const Ask = z.discriminatedUnion('do', [
  /** All callers connect at the same moment. Answered when the greetings, if any, were heard to their end. */
  z.object({
    do: z.literal('connect'),
    count: z.int(),
    url: z.string(),
    apiKey: z.string(),
    characterId: z.string(),
    /** Whether to wait for greetings at all. */
    stay: z.boolean(),
    /** Back to the conversations of the callers before them. */
    again: z.boolean(),
  }),
  z.object({ do: z.literal('talk'), turns: z.int() }),
  z.object({ do: z.literal('leave') }),
]);
export type Ask = z.infer<typeof Ask>;

export const Connected = z.object({ readyMs: z.array(z.number()), failures: z.array(z.string()) });
export type Connected = z.infer<typeof Connected>;

export const Talked = z.object({
  soundMs: z.array(z.number()),
  silenceMs: z.array(z.number()),
  /** As the server tells them of each turn, when it does. */
  stages: z.array(TurnStages),
  pauses: z.int(),
  cutIns: z.int(),
  failures: z.array(z.string()),
});
export type Talked = z.infer<typeof Talked>;

export const Told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('idle') }),
  z.object({ kind: z.literal('connected'), ...Connected.shape }),
  z.object({ kind: z.literal('talked'), ...Talked.shape }),
  /** Nothing asked for: a turn was spoken, a caller is through. */
  z.object({ kind: z.literal('progress'), turns: z.int(), finishedCallers: z.int() }),
]);
export type Told = z.infer<typeof Told>;
