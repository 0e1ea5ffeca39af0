import type { Clock } from '../lifetime/clock.ts';
import type { ProviderSettings, SttStreaming } from '../protocol/provider-settings.ts';
import type { Timeouts } from './attempt.ts';
import { openLlm } from './llm/open-llm.ts';
import type { Llm } from './llm/llm.ts';
import type { Moderation } from './moderation/moderation.ts';
import { OpenAiModeration } from './moderation/openai.ts';
import { OpenAiStt } from './stt/openai.ts';
import { RealtimeStt } from './stt/realtime.ts';
import type { Stt } from './stt/stt.ts';
import { OpenAiTts } from './tts/openai.ts';
import { KnownVoices } from './tts/known-voices.ts';
import type { Tts } from './tts/tts.ts';

/** What a conversation needs besides the VAD. Lines are closed by who opened them; they hold nothing else that has to be closed. */
export type Providers = { stt: Stt; llm: Llm; tts: Tts; moderation?: Moderation };

export type ProvidersDeps = {
  clock: Clock;
  /** Other than the usual ones, by stage. */
  timeouts?: { stt?: Partial<Timeouts>; llm?: Partial<Timeouts>; tts?: Partial<Timeouts> };
};

/** One set serves all sessions of a process. */
export function openProviders(settings: ProviderSettings, deps: ProvidersDeps): Providers {
  const { clock, timeouts = {} } = deps;
  return {
    stt: openStt(settings.stt, { clock, timeouts: timeouts.stt }),
    llm: openLlm(settings.llm, { clock, timeouts: timeouts.llm }),
    tts: new KnownVoices(new OpenAiTts(settings.tts, { clock, timeouts: timeouts.tts })),
    ...(settings.moderation && {
      moderation: new OpenAiModeration(settings.moderation, { clock }),
    }),
  };
}

/** Who asked for streaming by name learns sooner when it is there again. */
const refusedWhenAskedForMs = 60_000;

function openStt(
  settings: ProviderSettings['stt'],
  deps: { clock: Clock; timeouts: Partial<Timeouts> | undefined },
): Stt {
  const rest = new OpenAiStt(settings, deps);
  const streaming: SttStreaming = settings.streaming ?? 'auto';
  switch (streaming) {
    case 'off':
      return rest;
    case 'auto':
      return new RealtimeStt(rest, settings, deps);
    case 'on':
      return new RealtimeStt(rest, settings, { ...deps, refusedMs: refusedWhenAskedForMs });
  }
}
