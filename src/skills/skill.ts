import { PublicError } from '../errors/public-error.ts';

/** What some characters can do besides talking. The ids are those of the app API's contract. */
export const skillNames = ['guanxing', 'tuiyan', 'bagua'] as const;
export type SkillName = (typeof skillNames)[number];
export const skillIds: Record<SkillName, number> = { guanxing: 1, tuiyan: 2, bagua: 3 };

export const isSkill = (name: string): name is SkillName =>
  skillNames.some((known) => known === name);

/** Where a skill gets what it tells. */
export interface Source<T> {
  /** What the source is called, as users are told. */
  readonly name: string;
  /** @throws {SourceDown} when it does not answer with anything that can be told */
  read(signal: AbortSignal): Promise<T>;
}

/** No source is configured, or it is down: nothing is told, for nothing may be invented. */
export class SourceDown extends PublicError {
  override readonly name = 'SourceDown';
  constructor(
    readonly what: 'weather' | 'news',
    readonly reason: 'not_configured' | 'unavailable',
    cause?: unknown,
  ) {
    super(
      503,
      `${what}_${reason}`,
      reason === 'not_configured'
        ? `No source of ${what} is configured on this server.`
        : `The source of ${what} does not answer. Try again later.`,
      {
        ...(cause !== undefined && { cause }),
        retryAfterSeconds: reason === 'unavailable' ? 30 : 'never',
      },
    );
  }
}
