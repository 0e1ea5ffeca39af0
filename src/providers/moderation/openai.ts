import type OpenAI from 'openai';
import * as z from 'zod';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import type { Moderation } from './moderation.ts';

/** An answer waits for it. */
const moderationTimeouts: Timeouts = { firstMs: 2_000, idleMs: 1_000, totalMs: 2_500 };
const maxBytes = 200_000;

const Verdicts = z.object({
  results: z
    .array(
      z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.unknown()).nullish() }),
    )
    .min(1),
});

/** `POST /moderations`, as OpenAI has it. */
export class OpenAiModeration implements Moderation {
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: StageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...moderationTimeouts, ...deps.timeouts };
  }

  async judge(text: string, { signal }: { signal: AbortSignal }): Promise<string | null> {
    const { settings, deps } = this;
    const attempt = new Attempt('moderation', settings, deps.clock, this.#timeouts, signal);
    try {
      const response = await attempt.request((inTime) =>
        this.#client.moderations
          .create({ model: settings.model, input: text }, { signal: inTime })
          .asResponse(),
      );
      const body: unknown = JSON.parse(await attempt.wait(() => response.text()));
      const flagged = Verdicts.parse(body).results.filter((result) => result.flagged);
      if (flagged.length === 0) return null;
      const categories = flagged.flatMap((result) =>
        Object.entries(result.categories ?? {}).flatMap(([name, is]) => (is === true ? name : [])),
      );
      return `Flagged: ${[...new Set(categories)].join(', ') || 'inappropriate'}`;
    } catch (cause) {
      throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }
}
