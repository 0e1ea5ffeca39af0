import { and, asc, eq, or, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { speakers } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import { PublicError } from '../errors/public-error.ts';
import type { Clock } from '../lifetime/clock.ts';

/** A human whom a workspace's clients know. */
export type Speaker = {
  id: string;
  /** The client's own id: of a device, an account, or whatever it chose. */
  deviceId: string | null;
  name: string | null;
  lastActiveAt: Date;
};

export class SpeakerNotFound extends PublicError {
  override readonly name = 'SpeakerNotFound';
  constructor(id: string) {
    super(404, 'speaker_not_found', `Cannot find speaker with id: ${id}.`);
  }
}

export type Identification = {
  speakerId: string | null;
  endUserId: string | null;
  metadata: Record<string, unknown> | null;
};

export type SpeakersDeps = {
  db: Db;
  clock: Clock;
  /**
   * Removes what else is kept of somebody; runs in the same transaction as the removal itself.
   * @returns whether there was anything
   */
  forget: ((db: Db, workspaceId: string, ids: string[]) => Promise<boolean>)[];
  /** Somebody is about to be forgotten. @returns what is to be done once they are */
  forgetting?: (workspaceId: string, ids: string[]) => Promise<() => void>;
  /** Awaited when somebody is gone: what is kept of them outside the database. */
  onDeleted?: () => Promise<void>;
};

/** What a list shows at most; more humans than an operator reads through. */
const mostListed = 10_000;

const columns = {
  id: speakers.id,
  deviceId: speakers.deviceId,
  name: speakers.name,
  lastActiveAt: speakers.lastActiveAt,
};

/** Who talks with the characters of a workspace: found again by device, by the client's own id, or by ours. */
export class Speakers {
  constructor(private readonly deps: SpeakersDeps) {}

  /** The speaker of this device, made when there is none. Without a device each call makes one. */
  async ensure(
    workspaceId: string,
    given: { deviceId: string | null; name: string | null; metadata?: unknown },
  ): Promise<Speaker> {
    const { db, clock } = this.deps;
    const { deviceId, name, metadata } = given;
    const lastActiveAt = clock.nowAt();
    const [speaker] = await db
      .insert(speakers)
      .values({ workspaceId, deviceId, name, metadata: metadata ?? null, lastActiveAt })
      .onConflictDoUpdate({
        target: [speakers.workspaceId, speakers.deviceId],
        set: {
          lastActiveAt,
          name: sql`coalesce(excluded.name, ${speakers.name})`,
          metadata: sql`coalesce(excluded.metadata, ${speakers.metadata})`,
        },
      })
      .returning(columns);
    if (!speaker) throw new Error('a speaker was not stored');
    return speaker;
  }

  /** By our id, noting that they are back; undefined for an unknown id, a foreign one, or one that is none. */
  async greet(workspaceId: string, speakerId: string): Promise<Speaker | undefined> {
    if (!isUuid(speakerId)) return undefined;
    const { db, clock } = this.deps;
    const [speaker] = await db
      .update(speakers)
      .set({ lastActiveAt: clock.nowAt() })
      .where(and(eq(speakers.workspaceId, workspaceId), eq(speakers.id, speakerId)))
      .returning(columns);
    return speaker;
  }

  /**
   * Who comes, as far as the client says. An id of ours that is not (or no more) known is taken as the client's own: one
   * that was kept from another server would otherwise be locked out.
   * @param given.endUserId the client's own id, under which its human is known from now on
   */
  async identify(
    workspaceId: string,
    { speakerId, endUserId, metadata }: Identification,
  ): Promise<{ id: string | null; name: string | null }> {
    const told = metadata?.['name'];
    const name = typeof told === 'string' && told.trim() !== '' ? told.trim().slice(0, 256) : null;
    const known =
      endUserId === null
        ? undefined
        : await this.ensure(workspaceId, { deviceId: endUserId, name, metadata });
    const greeted =
      speakerId === null || speakerId === known?.id
        ? undefined
        : ((await this.greet(workspaceId, speakerId)) ??
          (await this.ensure(workspaceId, { deviceId: speakerId, name, metadata })));
    return { id: speakerId ?? endUserId, name: name ?? greeted?.name ?? known?.name ?? null };
  }

  /**
   * Under which one id somebody is remembered, however a client called them: ours, where there is one. Our own ids come
   * first, for some clients send them as their own.
   * @param given our id or the client's own
   */
  async personOf(workspaceId: string, given: string): Promise<string> {
    return (await this.find(workspaceId, given))?.id ?? given;
  }

  /** As `personOf`, of somebody who may never have come: they are known from now on, and found again when they come. */
  async personToBe(workspaceId: string, given: string): Promise<string> {
    const known = await this.find(workspaceId, given);
    return (known ?? (await this.ensure(workspaceId, { deviceId: given, name: null }))).id;
  }

  /** @param given our id or the client's own */
  async find(workspaceId: string, given: string): Promise<Speaker | undefined> {
    const ofDevice = eq(speakers.deviceId, given);
    const found = await this.deps.db
      .select(columns)
      .from(speakers)
      .where(
        and(
          eq(speakers.workspaceId, workspaceId),
          isUuid(given) ? or(eq(speakers.id, given), ofDevice) : ofDevice,
        ),
      );
    return found.find(({ id }) => id === given.toLowerCase()) ?? found[0];
  }

  /** Everyone of this workspace, the oldest first. */
  list(workspaceId: string): Promise<Speaker[]> {
    return this.deps.db
      .select(columns)
      .from(speakers)
      .where(eq(speakers.workspaceId, workspaceId))
      .orderBy(asc(speakers.createdAt), asc(speakers.id))
      .limit(mostListed);
  }

  /**
   * Removes somebody and everything that is kept of them, whether they are known as a speaker or not.
   * @param given our id or the client's own
   * @throws {SpeakerNotFound} when nothing was kept
   */
  async delete(workspaceId: string, given: string): Promise<void> {
    const { db, forget, forgetting } = this.deps;
    const speaker = await this.find(workspaceId, given);
    const called = [given, ...(speaker ? [speaker.id, speaker.deviceId ?? []].flat() : [])];
    const after = await forgetting?.(workspaceId, called);
    await db.transaction(async (tx) => {
      const ofDevice = eq(speakers.deviceId, given);
      const isThis = isUuid(given) ? or(eq(speakers.id, given), ofDevice) : ofDevice;
      const removed = await tx
        .delete(speakers)
        .where(and(eq(speakers.workspaceId, workspaceId), isThis))
        .returning(columns);
      const known = removed.flatMap(({ id, deviceId }) =>
        deviceId === null ? [id] : [id, deviceId],
      );
      const all = [...new Set([given, ...known])];
      let isAny = removed.length > 0;
      for (const one of forget) isAny = (await one(tx, workspaceId, all)) || isAny;
      if (!isAny) throw new SpeakerNotFound(given);
    });
    after?.();
    await this.deps.onDeleted?.();
  }
}
