import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, ne, or } from 'drizzle-orm';
import type { Db } from '../db/db.ts';
import { speakers, userTokens } from '../db/schema.ts';
import { isUuid } from '../db/uuid.ts';
import type { Clock } from '../lifetime/clock.ts';

/** One who uses an app: a speaker of the workspace, as voice sessions know them too. */
export type User = {
  id: string;
  workspaceId: string;
  deviceId: string | null;
  name: string | null;
};
export type IssuedToken = { tokenId: string; token: string; expiresAt: Date };

/** Devices of one person; the oldest token goes when there are more. */
const mostTokens = 20;
const prefix = 'parley_user_';
const shape = /^parley_user_[\w-]{43}$/;

/** Bearer tokens of an app's users: issued to its back end, shown by the app, expired or revoked. */
export class Users {
  constructor(private readonly deps: { db: Db; clock: Clock }) {}

  /** @param userId a speaker's, whom the caller has just looked up or made. @returns the token, told only now */
  async issue(userId: string, lifeMs: number): Promise<IssuedToken> {
    const { db, clock } = this.deps;
    const now = clock.nowAt();
    const expiresAt = new Date(now.getTime() + lifeMs);
    const token = `${prefix}${randomBytes(32).toString('base64url')}`;
    const tokenId = await db.transaction(async (tx) => {
      const [made] = await tx
        .insert(userTokens)
        .values({ speakerId: userId, tokenHash: hashed(token), expiresAt, createdAt: now })
        .returning({ id: userTokens.id });
      if (!made) throw new Error('a token was not stored');
      const ofUser = eq(userTokens.speakerId, userId);
      const over = or(lte(userTokens.expiresAt, now), isNotNull(userTokens.revokedAt));
      await tx.delete(userTokens).where(and(ofUser, over));
      const older = await tx
        .select({ id: userTokens.id })
        .from(userTokens)
        .where(and(ofUser, ne(userTokens.id, made.id)))
        .orderBy(desc(userTokens.createdAt))
        .offset(mostTokens - 1);
      const ids = older.map(({ id }) => id);
      if (ids.length > 0) await tx.delete(userTokens).where(inArray(userTokens.id, ids));
      return made.id;
    });
    return { tokenId, token, expiresAt };
  }

  /** @returns whose token it is; undefined when it is unknown, expired or revoked */
  async verify(token: string): Promise<User | undefined> {
    if (!shape.test(token)) return undefined;
    const { db, clock } = this.deps;
    const [user] = await db
      .select({
        id: speakers.id,
        workspaceId: speakers.workspaceId,
        deviceId: speakers.deviceId,
        name: speakers.name,
      })
      .from(userTokens)
      .innerJoin(speakers, eq(speakers.id, userTokens.speakerId))
      .where(
        and(
          eq(userTokens.tokenHash, hashed(token)),
          isNull(userTokens.revokedAt),
          gt(userTokens.expiresAt, clock.nowAt()),
        ),
      );
    return user;
  }

  /**
   * Revokes one token of a user, or all of them.
   * @returns how many were in force; or what the workspace does not have
   */
  async revoke(
    workspaceId: string,
    userId: string,
    tokenId?: string,
  ): Promise<number | 'no user' | 'no token'> {
    if (!isUuid(userId)) return 'no user';
    const { db, clock } = this.deps;
    const [user] = await db
      .select({ id: speakers.id })
      .from(speakers)
      .where(and(eq(speakers.id, userId), eq(speakers.workspaceId, workspaceId)));
    if (!user) return 'no user';
    if (tokenId !== undefined && !isUuid(tokenId)) return 'no token';
    const meant = and(
      eq(userTokens.speakerId, user.id),
      tokenId === undefined ? undefined : eq(userTokens.id, tokenId),
    );
    const now = clock.nowAt();
    const revoked = await db
      .update(userTokens)
      .set({ revokedAt: now })
      .where(and(meant, isNull(userTokens.revokedAt), gt(userTokens.expiresAt, now)))
      .returning({ id: userTokens.id });
    if (revoked.length > 0 || tokenId === undefined) return revoked.length;
    const known = await db.select({ id: userTokens.id }).from(userTokens).where(meant);
    return known.length > 0 ? 0 : 'no token';
  }
}

/** All that a user is known by in the workspace: our id, and the app's. */
export const idsOf = ({ id, deviceId }: User): string[] =>
  deviceId === null ? [id] : [id, deviceId];

const hashed = (token: string) => createHash('sha256').update(token).digest('hex');
