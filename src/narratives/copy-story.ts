import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { narratives, narrativeSections, narrativeTriggers } from '../db/schema.ts';
import { sectionsIn, triggersIn, type StoryOf } from './narrative-rows.ts';

/**
 * Gives a character that has no story the one of another, with ids of its own. Conversations begin it from its beginning.
 * @param tx a transaction: a story is copied whole, or not at all
 */
export async function copyStory(tx: Db, from: StoryOf, to: StoryOf): Promise<void> {
  const [told] = await tx
    .select({ isDriven: narratives.isDriven })
    .from(narratives)
    .where(eq(narratives.characterId, from.characterId))
    // Changes of a story wait for one another here.
    .for('update');
  if (!told) return;
  await tx.insert(narratives).values({ characterId: to.characterId, ...told });
  const sections = await sectionsIn(tx, from);
  const idOf = new Map(sections.map(({ id }) => [id, randomUUID()]));
  if (sections.length > 0)
    await tx.insert(narrativeSections).values(
      sections.map(({ id, decisions, ...section }) => ({
        ...section,
        ...to,
        id: idOf.get(id),
        decisions: decisions.flatMap((decision) => {
          const nextSectionId = idOf.get(decision.nextSectionId);
          return nextSectionId === undefined ? [] : [{ ...decision, nextSectionId }];
        }),
      })),
    );
  const triggers = await triggersIn(tx, from);
  if (triggers.length > 0)
    await tx.insert(narrativeTriggers).values(
      triggers.map(({ name, message, destinationSectionId: leadsTo }) => ({
        ...{ ...to, name, message },
        destinationSectionId: leadsTo === null ? null : (idOf.get(leadsTo) ?? null),
      })),
    );
}
