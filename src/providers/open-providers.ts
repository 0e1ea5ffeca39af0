import type { Clock } from '../lifetime/clock.ts';
import type { ProviderSettings } from '../protocol/provider-settings.ts';
import type { Timeouts } from './attempt.ts';
import type { Llm } from './llm/llm.ts';
import { OpenAiLlm } from './llm/openai.ts';
import { OpenAiStt } from './stt/openai.ts';
import type { Stt } from './stt/stt.ts';
import { OpenAiTts } from './tts/openai.ts';
import { KnownVoices } from './tts/known-voices.ts';
import type { Tts } from './tts/tts.ts';

/** What a conversation needs besides the VAD. They hold no connections of their own, so nothing has to be closed. */
export type Providers = { stt: Stt; llm: Llm; tts: Tts };

export type ProvidersDeps = {
  clock: Clock;
  /** Other than the usual ones, by stage. */
  timeouts?: { stt?: Partial<Timeouts>; llm?: Partial<Timeouts>; tts?: Partial<Timeouts> };
};

/** One set serves all sessions of a process. */
export function openProviders(settings: ProviderSettings, deps: ProvidersDeps): Providers {
  const { clock, timeouts = {} } = deps;
  return {
    stt: new OpenAiStt(settings.stt, { clock, timeouts: timeouts.stt }),
    llm: new OpenAiLlm(settings.llm, { clock, timeouts: timeouts.llm }),
    tts: new KnownVoices(new OpenAiTts(settings.tts, { clock, timeouts: timeouts.tts })),
  };
}
