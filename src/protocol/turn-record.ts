import * as z from 'zod';
import { Materials } from './material.ts';
import { Participant } from './participant.ts';

/** How long a provider took for its part of a turn: milliseconds of its own. Absent when it had no part in it. */
const ProviderTime = z.object({
  /** From the first input to the first output. */
  ttfbMs: z.number().optional(),
  /** What it worked, all its calls together. */
  processingMs: z.number().optional(),
});
export type ProviderTime = z.infer<typeof ProviderTime>;
const ProviderTimes = z.object({
  stt: ProviderTime.optional(),
  llm: ProviderTime.optional(),
  tts: ProviderTime.optional(),
});
export type ProviderTimes = z.infer<typeof ProviderTimes>;
export type ProviderStage = keyof ProviderTimes;

/** Where a turn's time went; milliseconds since the user's speech ended (or the text came). Absent when it did not happen. */
export const TurnStages = z.object({
  /** The turn was judged over. */
  endpointMs: z.number().optional(),
  /** The transcript that was answered was there. */
  transcriptMs: z.number().optional(),
  /** What documents and memory have was looked for so long; counted by itself, not from the user's silence. */
  recallMs: z.number().optional(),
  /** True when the answer went without, because nothing had come in time. */
  recallLate: z.boolean().optional(),
  llmFirstTokenMs: z.number().optional(),
  /** The first clause went to the synthesiser. */
  firstClauseMs: z.number().optional(),
  ttsFirstByteMs: z.number().optional(),
  /** The first frame of the answer was handed to the listener's track or data channel. */
  firstSoundMs: z.number().optional(),
  /** From the user's barge-in to silence. */
  bargeInToSilenceMs: z.number().optional(),
  /** Milliseconds of the answer that were heard. */
  heardMs: z.number().optional(),
  /** True when the answer had been begun before the turn was judged over. */
  speculative: z.boolean().optional(),
  providers: ProviderTimes.optional(),
});
export type TurnStages = z.infer<typeof TurnStages>;

/** What a turn took of the providers. Tokens are estimates: not every provider counts them. */
export const TurnUsage = z.object({
  /** Of the user's speech, given to the recogniser. */
  sttAudioMs: z.number(),
  llmPromptTokens: z.number(),
  llmCompletionTokens: z.number(),
  ttsCharacters: z.number(),
});
export type TurnUsage = z.infer<typeof TurnUsage>;

/** A function that was called for a turn. */
export const ToolCallRecord = z.object({
  name: z.string(),
  /** Its arguments, as the model wrote them. */
  json: z.string(),
  /** Calling it twice does no harm. */
  isRepeatable: z.boolean(),
  /** Null while it is awaited. */
  ok: z.boolean().nullable(),
  /** What the model was told of it. */
  result: z.string().nullable(),
});
export type ToolCallRecord = z.infer<typeof ToolCallRecord>;

/**
 * One exchange of a conversation. Written when the user's words are known (`open`) and again when it ended; the same
 * id overwrites, so that a retried append doubles nothing.
 */
export const TurnRecord = z.object({
  id: z.uuid(),
  /** What brought the turn about. */
  origin: z.enum(['speech', 'text', 'greeting', 'trigger', 'resumption']),
  /** Null when the character spoke unasked. */
  userText: z.string().nullable(),
  /** Who said it; absent where nobody did, and in records of a time when rooms had one human each. */
  speaker: Participant.optional(),
  /** What was heard of the answer, to the last word. */
  assistantText: z.string(),
  status: z.enum(['open', 'completed', 'interrupted', 'aborted']),
  stages: TurnStages,
  /** What the model was given to answer from; absent when nothing was found. */
  material: Materials.optional(),
  /** Functions that were called for it; absent for none. */
  toolCalls: z.array(ToolCallRecord).optional(),
  /** Absent while the turn is open, and of turns that were stored before it was counted. */
  usage: TurnUsage.optional(),
  /** Wall clock, ISO 8601. */
  startedAt: z.iso.datetime(),
});
export type TurnRecord = z.infer<typeof TurnRecord>;
