import { openAiVoices } from './voice-name.ts';

type Voice = { name: string; gender: 'MALE' | 'FEMALE' };
export type VoiceSection = {
  section: string;
  voices: (Voice & { title: string })[];
};

/** The voices of the configured synthesiser. Its API has no list to ask for, so: those set, those known, or the one. */
export function voiceSection(from: {
  /** Set by the operator. */
  configured: Voice[] | undefined;
  kind: 'embedded' | 'openai' | 'other';
  usualVoice: string;
}): VoiceSection {
  if (from.configured) return section('Configured Voices', from.configured);
  switch (from.kind) {
    case 'embedded':
      return section('Built-in Voices', openAiVoices);
    case 'openai':
      return section('OpenAI Voices', openAiVoices);
    case 'other':
      return section('Configured Voices', [{ name: from.usualVoice, gender: 'FEMALE' }]);
  }
}

function section(name: string, voices: readonly Voice[]): VoiceSection {
  const titled = voices.map((voice) => ({ ...voice, title: capitalised(voice.name) }));
  return { section: name, voices: titled };
}

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
