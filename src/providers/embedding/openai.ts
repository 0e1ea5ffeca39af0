import type OpenAI from 'openai';
import * as z from 'zod';
import type { StageSettings } from '../../protocol/provider-settings.ts';
import { Attempt, Garbage, type ProviderDeps, type Timeouts } from '../attempt.ts';
import { openClient } from '../openai-client.ts';
import type { Embedding } from './embedding.ts';

/** Documents are embedded in the background; who asks for an answer has a signal of its own. */
const embeddingTimeouts: Timeouts = { firstMs: 30_000, idleMs: 10_000, totalMs: 40_000 };
/** 64 vectors of 4,096 dimensions, each number of 25 characters. */
const maxBytes = 8_000_000;
const mostDimensions = 16_000;

const Vectors = z.object({
  data: z.array(
    z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1).max(mostDimensions) }),
  ),
});

/** `POST /embeddings`, as OpenAI has it. */
export class OpenAiEmbedding implements Embedding {
  readonly leastCosine = undefined;
  readonly #client: OpenAI;
  readonly #timeouts: Timeouts;

  constructor(
    private readonly settings: StageSettings,
    private readonly deps: ProviderDeps,
  ) {
    this.#client = openClient(settings, maxBytes);
    this.#timeouts = { ...embeddingTimeouts, ...deps.timeouts };
  }

  get model(): string {
    return this.settings.model;
  }

  async embed(texts: readonly string[], { signal }: { signal: AbortSignal }): Promise<number[][]> {
    const { settings, deps } = this;
    const attempt = new Attempt('embeddings', settings, deps.clock, this.#timeouts, signal);
    try {
      const response = await attempt.request((inTime) =>
        this.#client.embeddings
          .create(
            { model: settings.model, input: [...texts], encoding_format: 'float' },
            { signal: inTime },
          )
          .asResponse(),
      );
      const body: unknown = JSON.parse(await attempt.wait(() => response.text()));
      return inOrder(Vectors.parse(body).data, texts.length);
    } catch (cause) {
      throw attempt.failure(cause);
    } finally {
      attempt.close();
    }
  }
}

function inOrder(data: z.infer<typeof Vectors>['data'], count: number): number[][] {
  const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  const [first] = vectors;
  const isWhole = vectors.length === count && data.every(({ index }) => index < count);
  if (!isWhole || vectors.some(({ length }) => length !== first?.length))
    throw new Garbage('other vectors than were asked for', true);
  return vectors;
}
