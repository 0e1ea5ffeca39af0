/** OpenAI's voices, by their names, with who they sound like. The embedded provider has the same names. */
export const openAiVoices: readonly { name: string; gender: 'MALE' | 'FEMALE' }[] = [
  { name: 'alloy', gender: 'FEMALE' },
  { name: 'ash', gender: 'MALE' },
  { name: 'ballad', gender: 'MALE' },
  { name: 'cedar', gender: 'MALE' },
  { name: 'coral', gender: 'FEMALE' },
  { name: 'echo', gender: 'MALE' },
  { name: 'fable', gender: 'MALE' },
  { name: 'marin', gender: 'FEMALE' },
  { name: 'nova', gender: 'FEMALE' },
  { name: 'onyx', gender: 'MALE' },
  { name: 'sage', gender: 'FEMALE' },
  { name: 'shimmer', gender: 'FEMALE' },
  { name: 'verse', gender: 'MALE' },
];

/**
 * What a provider knows a documented voice as. Convai's own names mean nothing to any server, but some of them tell who
 * is wanted: `MALE`, `US FEMALE 2`, `fable_OpenAi_c4d30a32-…`. Other names are returned as they are.
 */
export function voiceNamed(name: string): string {
  const openAi = /^([a-z]+)_OpenAi(?:_|$)/i.exec(name)?.[1]?.toLowerCase();
  if (openAi !== undefined && openAiVoices.some((voice) => voice.name === openAi)) return openAi;
  const [, gender, place] =
    /^(?:[A-Z]{2,7}[ _-])?(MALE|FEMALE)(?:[ _-]?(\d{1,2}))?$/i.exec(name.trim()) ?? [];
  if (gender === undefined) return name;
  const fitting = openAiVoices.filter((voice) => voice.gender === gender.toUpperCase());
  const index = Math.max(0, Number(place ?? 1) - 1) % fitting.length;
  return fitting[index]?.name ?? name;
}
