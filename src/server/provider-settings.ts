import { builtInEmbedding } from '../knowledge/built-in-embedding.ts';
import { startOffline } from '../offline/offline.ts';
import type { ProviderSettings } from '../protocol/provider-settings.ts';
import type { Embedding } from '../providers/embedding/embedding.ts';
import { OpenAiEmbedding } from '../providers/embedding/openai.ts';
import type { Ground } from './ground.ts';

/** Stages that nothing was configured for are served by the embedded provider. */
export async function providerSettings({
  root,
  config,
  clock,
  log,
  scope,
}: Ground): Promise<ProviderSettings> {
  const { sttStreaming, llmVision: vision } = config;
  const { llm, stt, tts, moderation } = config.stages;
  const isNeeded = [llm, stt, tts].some(({ kind }) => kind === 'offline');
  const offline = isNeeded
    ? await scope.own(
        'embedded provider',
        startOffline({ root, cacheDir: config.cacheDir, clock, log }),
      )
    : undefined;
  const embedded = { baseUrl: offline?.baseUrl ?? '', model: 'parley-offline' };
  return {
    llm: {
      ...(llm.kind === 'openai' ? llm.settings : embedded),
      vision,
      ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    },
    stt:
      stt.kind === 'openai'
        ? { ...stt.settings, streaming: sttStreaming }
        : { ...embedded, streaming: sttStreaming },
    tts: tts.kind === 'openai' ? tts.settings : embedded,
    ...(moderation && { moderation }),
  };
}

/** Vectors are made on the server alone, and with the embedded provider without asking it. */
export function embeddingOf({ config: { stages }, clock }: Ground): Embedding {
  const { embeddings } = stages;
  return embeddings.kind === 'openai'
    ? new OpenAiEmbedding(embeddings.settings, { clock })
    : builtInEmbedding;
}
