import * as z from 'zod';

/** The program's arguments, as text. */
export const ServeOptions = z.object({
  /** 0 takes a free one. */
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  /** The project's folder. */
  root: z.string().optional(),
  'cache-dir': z.string().optional(),
  'log-level': z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
  /** Recogniser processes at most; all but one may listen to somebody who speaks, which takes 11% of a core. */
  recognisers: z.coerce.number().int().min(1).max(16).default(3),
});

/** What the program says when it listens. */
export const ServeReady = z.object({ ready: z.literal(true), port: z.int().min(1) });
export type ServeReady = z.infer<typeof ServeReady>;
