import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { characters, narratives, narrativeSections, narrativeTriggers } from '../db/schema.ts';
import { firstSection } from '../protocol/narrative.ts';

/** @property firstSectionId where the story begins by itself; null: nowhere */
export type Outline = { isDriven: boolean; firstSectionId: string | null };

const Ids = z.array(z.string());

/** Of all these characters in three statements, and of their stories no more than what leads where. */
export async function outlinesOf(
  db: Db,
  workspaceId: string,
  characterIds: readonly string[],
): Promise<Map<string, Outline>> {
  if (characterIds.length === 0) return new Map();
  const told = await db
    .select({ id: narratives.characterId, isDriven: narratives.isDriven })
    .from(narratives)
    .innerJoin(characters, eq(characters.id, narratives.characterId))
    .where(and(eq(characters.workspaceId, workspaceId), inArray(characters.id, [...characterIds])));
  if (told.length === 0) return new Map();
  const sections = narrativeSections;
  const triggers = narrativeTriggers;
  const theirs = told.map(({ id }) => id);
  const leading = await db
    .select({
      of: sections.characterId,
      id: sections.id,
      leadsTo: sql`jsonb_path_query_array(${sections.decisions}, '$[*].nextSectionId')`,
    })
    .from(sections)
    .where(and(eq(sections.workspaceId, workspaceId), inArray(sections.characterId, theirs)))
    .orderBy(asc(sections.position));
  const triggering = await db
    .select({ of: triggers.characterId, destinationSectionId: triggers.destinationSectionId })
    .from(triggers)
    .where(and(eq(triggers.workspaceId, workspaceId), inArray(triggers.characterId, theirs)));
  const [sectionsOf, triggersOf] = [byCharacter(leading), byCharacter(triggering)];
  return new Map(
    told.map(({ id, isDriven }) => {
      const read = (sectionsOf.get(id) ?? []).map((section) => ({
        id: section.id,
        decisions: Ids.parse(section.leadsTo).map((nextSectionId) => ({ nextSectionId })),
      }));
      const first = firstSection({ sections: read, triggers: triggersOf.get(id) ?? [] });
      return [id, { isDriven, firstSectionId: first?.id ?? null }];
    }),
  );
}

function byCharacter<T extends { of: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.of);
    if (group) group.push(row);
    else groups.set(row.of, [row]);
  }
  return groups;
}
