import * as z from 'zod';

/** How one stage reaches its OpenAI-shaped endpoint. `baseUrl` ends before `/chat/completions` and its like. */
export const StageSettings = z.object({
  baseUrl: z.url(),
  apiKey: z.string().optional(),
  model: z.string(),
});
export type StageSettings = z.infer<typeof StageSettings>;

export const ProviderSettings = z.object({
  llm: StageSettings,
  stt: StageSettings,
  tts: StageSettings.extend({ voice: z.string().optional() }),
});
export type ProviderSettings = z.infer<typeof ProviderSettings>;
