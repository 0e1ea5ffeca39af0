import * as z from 'zod';
import { plainly } from '../skills/tellings.ts';

const Around = z.object({ before: z.string(), after: z.string() }).catch(plainly);
const Lines = z.object({
  guanxing: Around,
  tuiyan: Around,
  bagua: Around,
  /** What it says when there is nothing that it could tell truly. */
  withoutSource: z.string().optional().catch(undefined),
});
const noLines: z.infer<typeof Lines> = {
  ...{ guanxing: plainly, tuiyan: plainly, bagua: plainly },
  withoutSource: undefined,
};

/** What the app API alone keeps of a character (`CharacterRecord.aiChat`); what is missing or strange counts as none. */
export const AppCard = z.object({
  subtitle: z.string().catch(''),
  tags: z.array(z.string()).catch([]),
  skills: z.array(z.string()).catch([]),
  /** How it tells what a skill found out. */
  lines: Lines.catch(noLines),
});
