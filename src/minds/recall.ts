import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';
import {
  mostMaterials,
  recallDeadline,
  type Material,
  type RecallQuery,
} from '../protocol/material.ts';
import type { Log } from '../telemetry/log.ts';

/** In whose conversation something is recalled. The workspace is that of the session, whatever an agent says. */
export type RecallScope = {
  workspaceId: string;
  characterId: string;
  conversationId: string;
  /** `end_user_id` of the session's /connect. */
  endUserId: string | null;
  /** False where the session shall leave no trace and have none. */
  remembers: boolean;
};

/** One place where something may be found. */
export interface RecallSource {
  /** Whether asking could find anything: what has nothing costs a conversation nothing. */
  hasAny(scope: RecallScope): Promise<boolean>;
  /** What may help to answer, best first. */
  find(scope: RecallScope, query: RecallQuery, signal: AbortSignal): Promise<Material[]>;
}

export type RecallDeps = { clock: Clock; log: Log };

/** Looks for what may help to answer, in all sources at once. One that fails or is late is left out. */
export class Recall {
  constructor(
    private readonly sources: readonly RecallSource[],
    private readonly deps: RecallDeps,
  ) {}

  async hasAny(scope: RecallScope): Promise<boolean> {
    const have = await Promise.all(this.sources.map((source) => source.hasAny(scope)));
    return have.includes(true);
  }

  async find(scope: RecallScope, query: RecallQuery): Promise<Material[]> {
    const limit = deadline(this.deps.clock, 'recalling', recallDeadline.agentMs);
    try {
      const late = new Promise<Material[]>((resolve) => {
        limit.signal.addEventListener('abort', () => {
          resolve([]);
        });
      });
      const found = await Promise.all(
        this.sources.map((source) =>
          Promise.race([this.#ask(source, scope, query, limit.signal), late]),
        ),
      );
      return inTurns(found).slice(0, mostMaterials);
    } finally {
      limit.clear();
    }
  }

  async #ask(
    source: RecallSource,
    scope: RecallScope,
    query: RecallQuery,
    signal: AbortSignal,
  ): Promise<Material[]> {
    try {
      return await source.find(scope, query, signal);
    } catch (err) {
      this.deps.log.warn({ err }, 'a source of recollection failed');
      return [];
    }
  }
}

/** The best of each source, then the second best of each, and so on: their scores do not compare. */
function inTurns(lists: readonly Material[][]): Material[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
}
