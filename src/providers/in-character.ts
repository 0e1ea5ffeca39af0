import type { Clock } from '../lifetime/clock.ts';
import type { Character } from '../protocol/character.ts';
import type { StageSettings } from '../protocol/provider-settings.ts';
import type { Llm } from './llm/llm.ts';
import { openLlm } from './llm/open-llm.ts';
import { autoEffort } from './llm/reasoning.ts';
import type { Providers } from './open-providers.ts';
import type { Stt } from './stt/stt.ts';
import { openLine } from './stt/whole-utterances.ts';
import { Pronouncing } from './tts/pronouncing.ts';

type Speaker = Pick<
  Character,
  | 'model'
  | 'temperature'
  | 'reasoningEffort'
  | 'pronunciations'
  | 'boostedWords'
  | 'languages'
  | 'language'
>;

/**
 * The providers as one character uses them: its model and temperature, its pronunciations, the words it is told.
 * @param ownLlm the endpoint that the workspace has registered for the character's model
 */
export function inCharacter<P extends Providers>(
  providers: P,
  character: Speaker,
  ownLlm: StageSettings | null,
  { clock }: { clock: Clock },
): P {
  return {
    ...providers,
    llm: llmOf(providers.llm, character, ownLlm, clock),
    stt: sttOf(providers.stt, character),
    tts: new Pronouncing(providers.tts, character.pronunciations),
  };
}

function llmOf(usual: Llm, character: Speaker, own: StageSettings | null, clock: Clock): Llm {
  const { temperature, reasoningEffort: effort } = character;
  const wishes = {
    ...(temperature !== null && { temperature }),
    ...(effort !== null && effort !== autoEffort && { reasoningEffort: effort }),
    // A registered endpoint knows its model; the name that it has here means nothing there.
    ...(character.model !== null && !own && { model: character.model }),
  };
  const llm = own ? openLlm(own, { clock }) : usual;
  return {
    stream: (messages, options) => llm.stream(messages, { ...wishes, ...options }),
    takesImages: (model = wishes.model) => llm.takesImages?.(model) ?? false,
  };
}

function sttOf(stt: Stt, { boostedWords: hints, language, languages }: Speaker): Stt {
  // Spoken to in several languages, the recogniser has to find out which of them it is.
  const isOne = languages.every((tag) => base(tag) === base(language));
  const told = <O extends { language?: string | undefined }>(options: O): O => ({
    ...options,
    ...(hints.length > 0 && { hints }),
    language: isOne ? options.language : undefined,
  });
  return {
    transcribe: (samples, options) => stt.transcribe(samples, told(options)),
    openLine: (options) => openLine(stt, told(options)),
  };
}

const base = (tag: string) => tag.toLowerCase().split(/[-_]/)[0];
