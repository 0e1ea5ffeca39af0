import type { Database } from '../db/db.ts';
import { Pictures } from '../images/pictures.ts';
import { OpenAiImages } from '../providers/images/openai.ts';
import type { Ground } from './ground.ts';

/** What characters draw, where an endpoint for it is configured. */
export function openPictures(
  { config: { stages }, clock, log }: Ground,
  database: Database,
): Promise<Pictures> {
  const provider = stages.images && new OpenAiImages(stages.images, { clock });
  return Pictures.open(database, { provider, clock, log });
}
