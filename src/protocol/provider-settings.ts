import * as z from 'zod';

/** How one stage reaches its OpenAI-shaped endpoint. `baseUrl` ends before `/chat/completions` and its like. */
export const StageSettings = z.object({
  baseUrl: z.url(),
  apiKey: z.string().optional(),
  model: z.string(),
  /**
   * Set for endpoints that users of the API name: only public addresses are connected to, and what the operator lists
   * here (`PRIVATE_HOSTS`).
   */
  privateHosts: z.array(z.string()).optional(),
});
export type StageSettings = z.infer<typeof StageSettings>;

/** @property size of pictures, such as `1024x1024`; absent: the endpoint's own */
export type ImageSettings = StageSettings & { size?: string };

/** Whether the recogniser is asked to listen while the user speaks; `auto` asks, and takes no for an answer. */
export const SttStreaming = z.enum(['auto', 'on', 'off']);
export type SttStreaming = z.infer<typeof SttStreaming>;

/** Whether the model is shown images; `auto` shows them, and takes no for an answer. */
export const LlmVision = z.enum(['auto', 'on', 'off']);
export type LlmVision = z.infer<typeof LlmVision>;

export const ProviderSettings = z.object({
  llm: StageSettings.extend({
    vision: LlmVision.optional(),
    /** What the model takes of prompt and answer together. */
    contextTokens: z.int().positive().optional(),
  }),
  stt: StageSettings.extend({ streaming: SttStreaming.optional() }),
  tts: StageSettings.extend({ voice: z.string().optional() }),
  /** Absent: what users say is answered unjudged. */
  moderation: StageSettings.optional(),
});
export type ProviderSettings = z.infer<typeof ProviderSettings>;
