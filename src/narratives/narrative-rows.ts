import { and, asc, eq, ne } from 'drizzle-orm';
import * as z from 'zod';
import type { Db } from '../db/db.ts';
import { narrativeSections, narrativeTriggers } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { Decision } from '../protocol/narrative.ts';
import { limits, type StoredSection, type StoredTrigger } from './narrative-fields.ts';
import { NarrativeInvalid } from './narrative-refusals.ts';

/** A character of this workspace: the caller has looked it up. */
export type StoryOf = { workspaceId: string; characterId: string };

export const sectionColumns = {
  id: narrativeSections.id,
  name: narrativeSections.name,
  objective: narrativeSections.objective,
  decisions: narrativeSections.decisions,
  behaviorTreeCode: narrativeSections.behaviorTreeCode,
  btConstants: narrativeSections.btConstants,
};
export const triggerColumns = {
  id: narrativeTriggers.id,
  name: narrativeTriggers.name,
  message: narrativeTriggers.message,
  destinationSectionId: narrativeTriggers.destinationSectionId,
};

export const isSection = ({ workspaceId, characterId }: StoryOf, id: string) =>
  and(
    eq(narrativeSections.workspaceId, workspaceId),
    eq(narrativeSections.characterId, characterId),
    eq(narrativeSections.id, uuidOrNone(id)),
  );
export const isTrigger = ({ workspaceId, characterId }: StoryOf, id: string) =>
  and(
    eq(narrativeTriggers.workspaceId, workspaceId),
    eq(narrativeTriggers.characterId, characterId),
    eq(narrativeTriggers.id, uuidOrNone(id)),
  );

/** An id that is none names nothing, and is no reason for the database to complain. */
const uuidOrNone = (id: string) => (isUuid(id) ? id : '00000000-0000-0000-0000-000000000000');

export async function sectionsIn(
  db: Db,
  { workspaceId, characterId }: StoryOf,
): Promise<StoredSection[]> {
  const rows = await db
    .select(sectionColumns)
    .from(narrativeSections)
    .where(
      and(
        eq(narrativeSections.workspaceId, workspaceId),
        eq(narrativeSections.characterId, characterId),
      ),
    )
    .orderBy(asc(narrativeSections.position))
    .limit(limits.sections + 1);
  return rows.map(withDecisions);
}

export function triggersIn(
  db: Db,
  { workspaceId, characterId }: StoryOf,
): Promise<StoredTrigger[]> {
  return db
    .select(triggerColumns)
    .from(narrativeTriggers)
    .where(
      and(
        eq(narrativeTriggers.workspaceId, workspaceId),
        eq(narrativeTriggers.characterId, characterId),
      ),
    )
    .orderBy(asc(narrativeTriggers.position))
    .limit(limits.triggers + 1);
}

export async function requireSections(db: Db, of: StoryOf, decisions: Decision[]): Promise<void> {
  if (decisions.length === 0) return;
  const known = new Set((await sectionsIn(db, of)).map(({ id }) => id));
  for (const { nextSectionId } of decisions)
    if (!known.has(nextSectionId))
      throw new NarrativeInvalid(`next_section_id: no section of this character: ${nextSectionId}`);
}

export async function requireDestination(db: Db, of: StoryOf, id: string | null): Promise<void> {
  if (id === null) return;
  const [found] = await db
    .select({ id: narrativeSections.id })
    .from(narrativeSections)
    .where(isSection(of, id));
  if (!found)
    throw new NarrativeInvalid(`destination_section: no section of this character: ${id}`);
}

export async function requireFreeName(
  db: Db,
  of: StoryOf,
  id: string,
  name: string,
): Promise<void> {
  const [taken] = await db
    .select({ id: narrativeTriggers.id })
    .from(narrativeTriggers)
    .where(
      and(
        eq(narrativeTriggers.characterId, of.characterId),
        eq(narrativeTriggers.name, name),
        ne(narrativeTriggers.id, uuidOrNone(id)),
      ),
    );
  if (taken) throw new NarrativeInvalid(nameTaken(name));
}

export const nameTaken = (name: string) => `trigger_name: '${name}' is taken, it must be unique`;

export function withDecisions<Row extends { decisions: unknown }>(row: Row) {
  return { ...row, decisions: z.array(Decision).parse(row.decisions) };
}
