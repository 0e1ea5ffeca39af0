import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { conversations, narratives, narrativeSections, narrativeTriggers } from '../db/schema.ts';
import { firstSection, type Narrative, type Trigger } from '../protocol/narrative.ts';
import { outlinesOf, type Outline } from './outlines.ts';
import {
  limits,
  parsed,
  SectionChange,
  SectionDraft,
  TriggerChange,
  TriggerDraft,
  type StoredSection,
  type StoredTrigger,
} from './narrative-fields.ts';
import { NarrativeInvalid, NarrativeUnknown } from './narrative-refusals.ts';
import {
  isSection,
  isTrigger,
  nameTaken,
  requireDestination,
  requireFreeName,
  requireSections,
  sectionColumns,
  sectionsIn,
  triggerColumns,
  triggersIn,
  withDecisions,
  type StoryOf,
} from './narrative-rows.ts';

/** The stories of characters. A decision or trigger leads to a section of the same story, or nowhere; cycles are fine. */
export class Narratives {
  constructor(private readonly db: Db) {}

  /** Whether the character tells its story from the next conversation on. */
  async setDriven(of: StoryOf, isDriven: boolean): Promise<void> {
    await this.db
      .insert(narratives)
      .values({ characterId: of.characterId, isDriven })
      .onConflictDoUpdate({ target: narratives.characterId, set: { isDriven } });
  }

  /** @throws {NarrativeInvalid} */
  createSection(of: StoryOf, draft: SectionDraft): Promise<StoredSection> {
    const section = parsed(SectionDraft, draft);
    return this.#change(of, async (db) => {
      await requireSections(db, of, section.decisions);
      const [made] = await db
        .insert(narrativeSections)
        .values({ ...of, ...section })
        .returning(sectionColumns);
      if (!made) throw new Error('a section was not stored');
      return withDecisions(made);
    });
  }

  /** @throws {NarrativeInvalid | NarrativeUnknown} */
  editSection(of: StoryOf, id: string, change: SectionChange): Promise<StoredSection> {
    const fields = parsed(SectionChange, change);
    return this.#change(of, async (db) => {
      await requireSections(db, of, fields.decisions ?? []);
      if (Object.keys(fields).length === 0) return new Narratives(db).section(of, id);
      const [edited] = await db
        .update(narrativeSections)
        .set(fields)
        .where(isSection(of, id))
        .returning(sectionColumns);
      if (!edited) throw new NarrativeUnknown('section');
      return withDecisions(edited);
    });
  }

  /** @throws {NarrativeUnknown} */
  async section(of: StoryOf, id: string): Promise<StoredSection> {
    const [found] = await this.db
      .select(sectionColumns)
      .from(narrativeSections)
      .where(isSection(of, id));
    if (!found) throw new NarrativeUnknown('section');
    return withDecisions(found);
  }

  /** Oldest first. */
  sections(of: StoryOf): Promise<StoredSection[]> {
    return sectionsIn(this.db, of);
  }

  /** Decisions and triggers that led to it lead nowhere any more. @throws {NarrativeUnknown} */
  deleteSection(of: StoryOf, id: string): Promise<void> {
    return this.#change(of, async (db) => {
      const gone = await db
        .delete(narrativeSections)
        .where(isSection(of, id))
        .returning({ id: narrativeSections.id });
      if (gone.length === 0) throw new NarrativeUnknown('section');
      for (const { id: other, decisions } of await sectionsIn(db, of)) {
        const left = decisions.filter(({ nextSectionId }) => nextSectionId !== id.toLowerCase());
        if (left.length < decisions.length)
          await db.update(narrativeSections).set({ decisions: left }).where(isSection(of, other));
      }
    });
  }

  /** @throws {NarrativeInvalid} */
  createTrigger(of: StoryOf, draft: TriggerDraft): Promise<StoredTrigger> {
    const trigger = parsed(TriggerDraft, draft);
    return this.#change(of, async (db) => {
      await requireDestination(db, of, trigger.destinationSectionId);
      const [made] = await db
        .insert(narrativeTriggers)
        .values({ ...of, ...trigger })
        .onConflictDoNothing()
        .returning(triggerColumns);
      if (!made) throw new NarrativeInvalid(nameTaken(trigger.name));
      return made;
    });
  }

  /** @throws {NarrativeInvalid | NarrativeUnknown} */
  updateTrigger(of: StoryOf, id: string, change: TriggerChange): Promise<StoredTrigger> {
    const fields = parsed(TriggerChange, change);
    return this.#change(of, async (db) => {
      await requireDestination(db, of, fields.destinationSectionId ?? null);
      if (fields.name !== undefined) await requireFreeName(db, of, id, fields.name);
      if (Object.keys(fields).length === 0) return new Narratives(db).trigger(of, id);
      const [updated] = await db
        .update(narrativeTriggers)
        .set(fields)
        .where(isTrigger(of, id))
        .returning(triggerColumns);
      if (!updated) throw new NarrativeUnknown('trigger');
      return updated;
    });
  }

  /** @throws {NarrativeUnknown} */
  async trigger(of: StoryOf, id: string): Promise<StoredTrigger> {
    const [found] = await this.db
      .select(triggerColumns)
      .from(narrativeTriggers)
      .where(isTrigger(of, id));
    if (!found) throw new NarrativeUnknown('trigger');
    return found;
  }

  /** Oldest first. */
  triggers(of: StoryOf): Promise<StoredTrigger[]> {
    return triggersIn(this.db, of);
  }

  /** @throws {NarrativeUnknown} */
  async deleteTrigger(of: StoryOf, id: string): Promise<void> {
    const gone = await this.db
      .delete(narrativeTriggers)
      .where(isTrigger(of, id))
      .returning({ id: narrativeTriggers.id });
    if (gone.length === 0) throw new NarrativeUnknown('trigger');
  }

  /** What is told of the stories of characters beside their fields; nothing of those that have none. */
  outlines(workspaceId: string, characterIds: readonly string[]): Promise<Map<string, Outline>> {
    return outlinesOf(this.db, workspaceId, characterIds);
  }

  /** The story as a conversation goes on with it; null where the character tells none. */
  async tell(of: StoryOf, conversationId: string): Promise<Narrative | null> {
    const [driven] = await this.db
      .select({ isDriven: narratives.isDriven })
      .from(narratives)
      .where(eq(narratives.characterId, of.characterId));
    if (!driven?.isDriven) return null;
    const [sections, triggers] = await Promise.all([this.sections(of), this.triggers(of)]);
    const [stands] = await this.db
      .select({ id: conversations.narrativeSectionId })
      .from(conversations)
      .where(
        and(
          eq(conversations.id, conversationId),
          eq(conversations.workspaceId, of.workspaceId),
          eq(conversations.characterId, of.characterId),
        ),
      );
    const current = sections.find(({ id }) => id === stands?.id);
    const story = { sections, triggers: triggers.map(triggerOf) };
    return { ...story, currentSectionId: (current ?? firstSection(story))?.id ?? null };
  }

  /** One change after the other, and none that makes the story too large. */
  #change<T>(of: StoryOf, work: (db: Db) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      const { characterId } = of;
      await tx.insert(narratives).values({ characterId }).onConflictDoNothing();
      await tx
        .select({ id: narratives.characterId })
        .from(narratives)
        .where(eq(narratives.characterId, characterId))
        .for('update');
      const result = await work(tx);
      const [sections, triggers] = [await sectionsIn(tx, of), await triggersIn(tx, of)];
      if (sections.length > limits.sections)
        throw new NarrativeInvalid(`A story has at most ${limits.sections} sections.`);
      if (triggers.length > limits.triggers)
        throw new NarrativeInvalid(`A story has at most ${limits.triggers} triggers.`);
      if (Buffer.byteLength(JSON.stringify([sections, triggers])) > limits.storyBytes)
        throw new NarrativeInvalid(`A story has at most ${limits.storyBytes} bytes of text.`);
      return result;
    });
  }
}

function triggerOf({ name, message, destinationSectionId }: StoredTrigger): Trigger {
  return { name, message, destinationSectionId };
}
