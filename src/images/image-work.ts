import { randomBytes } from 'node:crypto';
import { and, count, desc, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { imageJobs, images } from '../db/schema.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Made } from '../providers/images/images.ts';

/** A picture that this server works on; held by the number of the attempt. */
export type Claimed = { id: string; workspaceId: string; prompt: string; attempts: number };

/** What became of a picture. @property imageId of one that is kept here @property url of one that is kept elsewhere */
export type ImageJob = {
  id: string;
  state: 'waiting' | 'working' | 'done' | 'failed';
  fault: string | null;
  url: string | null;
  imageId: string | null;
};

/** As with documents: who works on it says so every third of this time, and is taken for dead after it. */
export const leaseMs = 15_000;
/** Ends of the server while it works count as well: what ends it each time must not do so for ever. */
export const mostAttempts = 4;
/** Of a workspace, at once: whoever loops by mistake fills neither the table nor the bill. */
export const mostWaiting = 50;
/** Of a workspace: older ones go. At most 10 MB each. */
const mostKept = 200;

const toDo = inArray(imageJobs.state, ['waiting', 'working']);

/** Pictures as the database has them: who works on which, what came of it. */
export class ImageWork {
  constructor(
    private readonly deps: { db: Db; clock: Clock },
    /** There is something to draw. */
    private readonly onWaiting: () => void = () => undefined,
  ) {}

  /**
   * Begins a picture for a kept turn; one that has its picture begins no second one.
   * @param db of the transaction that keeps the turn: whoever ends that wakes who draws
   */
  async add(
    wish: { workspaceId: string; turnId: string; prompt: string },
    db = this.deps.db,
  ): Promise<void> {
    const { clock } = this.deps;
    const [waiting] = await db
      .select({ jobs: count() })
      .from(imageJobs)
      .where(and(eq(imageJobs.workspaceId, wish.workspaceId), toDo));
    const isTooMany = (waiting?.jobs ?? 0) >= mostWaiting;
    const nowAt = clock.nowAt();
    await db
      .insert(imageJobs)
      .values({
        ...wish,
        state: isTooMany ? 'failed' : 'waiting',
        fault: isTooMany ? `${mostWaiting} pictures wait already. Ask for one later.` : null,
        createdAt: nowAt,
        updatedAt: nowAt,
      })
      .onConflictDoNothing();
  }

  /** Whoever draws looks for what waits, now. */
  wake(): void {
    this.onWaiting();
  }

  /** @returns undefined when nothing was begun for this turn of this workspace */
  async find(workspaceId: string, turnId: string): Promise<ImageJob | undefined> {
    const [job] = await this.deps.db
      .select({
        id: imageJobs.id,
        state: imageJobs.state,
        fault: imageJobs.fault,
        url: imageJobs.url,
        imageId: images.id,
      })
      .from(imageJobs)
      .leftJoin(images, eq(images.jobId, imageJobs.id))
      .where(and(eq(imageJobs.workspaceId, workspaceId), eq(imageJobs.turnId, turnId)));
    return job;
  }

  /** A kept picture, by what is in its address. */
  async read(imageId: string): Promise<{ type: string; content: Uint8Array } | undefined> {
    const [image] = await this.deps.db
      .select({ type: images.type, content: images.content })
      .from(images)
      .where(eq(images.id, imageId));
    return image;
  }

  /** After a start with a database that nobody else has: what was in the middle goes on at once. */
  async releaseAll(): Promise<void> {
    await this.deps.db
      .update(imageJobs)
      .set({ leasedUntil: null })
      .where(eq(imageJobs.state, 'working'));
  }

  /** Takes the oldest picture that nobody works on. @returns undefined when there is none */
  async claim(): Promise<Claimed | undefined> {
    const { db, clock } = this.deps;
    const nowAt = clock.nowAt();
    const isFree = or(isNull(imageJobs.leasedUntil), lt(imageJobs.leasedUntil, nowAt));
    const next = db
      .select({ id: imageJobs.id })
      .from(imageJobs)
      .where(and(toDo, isFree))
      .orderBy(imageJobs.createdAt)
      .limit(1)
      .for('update', { skipLocked: true });
    const [claimed] = await db
      .update(imageJobs)
      .set({
        state: 'working',
        leasedUntil: new Date(nowAt.getTime() + leaseMs),
        attempts: sql`${imageJobs.attempts} + 1`,
      })
      .where(inArray(imageJobs.id, next))
      .returning({
        id: imageJobs.id,
        workspaceId: imageJobs.workspaceId,
        prompt: imageJobs.prompt,
        attempts: imageJobs.attempts,
      });
    return claimed;
  }

  /** Says that the work goes on. @returns false when somebody else has it, or nobody wants it any more */
  async renew(claimed: Claimed): Promise<boolean> {
    const nowAt = this.deps.clock.nowAt();
    return this.#set(claimed, { leasedUntil: new Date(nowAt.getTime() + leaseMs) });
  }

  /** Broken off through no fault of its own: it is free at once, and this attempt does not count. */
  async giveBack(claimed: Claimed): Promise<void> {
    await this.#set(claimed, {
      ...{ state: 'waiting', leasedUntil: null },
      attempts: claimed.attempts - 1,
    });
  }

  /** It is tried again after so long. */
  async retry(claimed: Claimed, waitMs: number): Promise<void> {
    const leasedUntil = new Date(this.deps.clock.nowAt().getTime() + waitMs);
    await this.#set(claimed, { state: 'waiting', leasedUntil });
  }

  /** @param fault in words for whoever asked */
  async fail(claimed: Claimed, fault: string): Promise<void> {
    await this.#set(claimed, { state: 'failed', fault: fault.slice(0, 500), leasedUntil: null });
  }

  /** @returns false when it is of no use any more */
  async finish(claimed: Claimed, made: Made): Promise<boolean> {
    const { db, clock } = this.deps;
    return db.transaction(async (tx) => {
      const within = new ImageWork({ db: tx, clock });
      const url = made.kind === 'url' ? made.url : null;
      if (!(await within.#set(claimed, { state: 'done', url, leasedUntil: null }))) return false;
      if (made.kind === 'bytes') await within.#keep(claimed, made);
      return true;
    });
  }

  async #keep({ id, workspaceId }: Claimed, made: Extract<Made, { kind: 'bytes' }>): Promise<void> {
    const { db, clock } = this.deps;
    await db.insert(images).values({
      id: randomBytes(32).toString('base64url'),
      ...{ workspaceId, jobId: id, type: made.type, content: made.bytes },
      createdAt: clock.nowAt(),
    });
    const older = db
      .select({ id: images.id })
      .from(images)
      .where(eq(images.workspaceId, workspaceId))
      .orderBy(desc(images.createdAt), desc(images.id))
      .offset(mostKept);
    await db.delete(images).where(inArray(images.id, older));
  }

  async #set(
    { id, attempts }: Claimed,
    values: Partial<typeof imageJobs.$inferInsert>,
  ): Promise<boolean> {
    const { db, clock } = this.deps;
    const rows = await db
      .update(imageJobs)
      .set({ ...values, updatedAt: clock.nowAt() })
      .where(
        and(eq(imageJobs.id, id), eq(imageJobs.attempts, attempts), eq(imageJobs.state, 'working')),
      )
      .returning({ id: imageJobs.id });
    return rows.length > 0;
  }
}
