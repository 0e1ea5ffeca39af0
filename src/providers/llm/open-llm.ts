import type { LlmVision, StageSettings } from '../../protocol/provider-settings.ts';
import type { ProviderDeps } from '../attempt.ts';
import { KnownOptions } from './known-options.ts';
import { KnownSight } from './known-sight.ts';
import type { Llm } from './llm.ts';
import { OpenAiLlm } from './openai.ts';
import { WithinWindow } from './within-window.ts';

/** A model behind an OpenAI-shaped endpoint, asked for what it is known to take. */
export function openLlm(
  settings: StageSettings & {
    vision?: LlmVision | undefined;
    contextTokens?: number | undefined;
  },
  deps: ProviderDeps,
): Llm {
  const sighted = new KnownSight(new OpenAiLlm(settings, deps), settings.vision ?? 'auto');
  return new WithinWindow(new KnownOptions(sighted), settings.contextTokens);
}
