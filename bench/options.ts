import { parseArgs } from 'node:util';
import * as z from 'zod';

const usage = `npm run bench -- [options]

  --sessions 1,4,8,16   callers at once; a row of the table for each
  --turns N             turns of each caller; otherwise enough for 40 in a row
  --write               puts what was measured into docs/performance.md
  --soak MINUTES        instead: the first number of --sessions talk, interrupt, leave and come back for so long
  --churn N             instead: N sessions, four at once, that are greeted and leave
  --node-args "..."     for the server and its agent, such as "--cpu-prof --cpu-prof-dir=/tmp/prof"

Another server, which must answer POST /connect as this one does:
  --url http://host:port --key KEY --character ID
  --pid N               measures this process and its descendants
  --provider-port N     where the provider of fixed delays listens, for that server to be pointed at
  --provider-only       runs nothing but that provider
`;

const whole = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);

const Options = z
  .object({
    sessions: z
      .string()
      .default('1,4,8,16')
      .transform((list) => list.split(','))
      .pipe(z.array(whole.pipe(z.int().min(1).max(200)))),
    turns: whole.pipe(z.int().min(2).max(10_000)).optional(),
    write: z.boolean().default(false),
    soak: whole.pipe(z.int().min(1).max(1_440)).optional(),
    churn: whole.pipe(z.int().min(1).max(100_000)).optional(),
    'node-args': z.string().default(''),
    url: z.url().optional(),
    key: z.string().optional(),
    character: z.string().optional(),
    pid: whole.optional(),
    'provider-port': whole.optional(),
    'provider-only': z.boolean().default(false),
    callers: z.boolean().default(false),
  })
  .refine(
    ({ url, key, character }) =>
      (url === undefined) === (key === undefined && character === undefined),
    {
      error: '--url, --key and --character belong together',
    },
  );
export type Options = z.infer<typeof Options>;

/** @throws with the usage when the arguments are wrong */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        sessions: text,
        turns: text,
        write: flag,
        soak: text,
        churn: text,
        'node-args': text,
        url: text,
        key: text,
        character: text,
        pid: text,
        'provider-port': text,
        'provider-only': flag,
        callers: flag,
      },
    });
    return Options.parse(values);
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new WrongUsage(`${why}\n\n${usage}`, { cause });
  }
}

/** The arguments cannot be understood. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}
