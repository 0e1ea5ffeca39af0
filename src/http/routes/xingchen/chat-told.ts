import { estimateTokens } from '../../../prompt/tokens.ts';
import type { Told } from '../../../prompt/told.ts';
import type { Character } from '../../../protocol/character.ts';
import type { ChatSend, Message } from '../../../protocol/xingchen/chat.ts';

type Aca = ChatSend['input']['aca'];

/** As much as one note may have; a model's window is not for what an application remembers alone. */
const mostMemoryTokens = 20_000;

/** What the application tells the character for this answer. @param now undefined: it does not know what time it is */
export function toldOf(
  aca: Aca,
  messages: readonly Message[],
  character: Character,
  now: Date | undefined,
): Partial<Told> {
  const { scenario, userProfile } = aca;
  const name = userProfile?.userName?.trim();
  const lines = [
    scenario?.description,
    name && `The user is called ${name}.`,
    userProfile?.basicInfo && `About the user: ${userProfile.basicInfo}`,
    ...newestWithin(rememberedBy(aca, character, name || 'The user'), mostMemoryTokens),
    ...messages.flatMap(({ role, content }) => (role === 'system' && content ? [content] : [])),
    now && `It is now ${timeIn(character.language, now)}.`,
  ];
  return {
    staticText: lines.filter(Boolean).join('\n'),
    templateKeys: { char: character.name, ...(name && { user: name }) },
  };
}

/** Notes first, for what was said word for word says more about what they leave open. */
function rememberedBy({ memory }: Aca, character: Character, user: string): string[] {
  const summaries = (memory?.summaries ?? []).filter((summary) => summary.trim() !== '');
  const originals = (memory?.originals ?? []).flatMap(({ role, name, content }) => {
    if (!content || (role !== 'user' && role !== 'assistant')) return [];
    return [{ who: name?.trim() || (role === 'user' ? user : character.name), content }];
  });
  return [
    ...summaries.map((summary) => `What happened earlier: ${summary}`),
    ...originals.map(({ who, content }) => `Said earlier by ${who}: ${content}`),
  ];
}

/** As many from the end as there is room for. */
function newestWithin(lines: readonly string[], mostTokens: number): string[] {
  let left = mostTokens;
  const kept: string[] = [];
  for (const line of lines.toReversed()) {
    left -= estimateTokens(line);
    if (left < 0) break;
    kept.unshift(line);
  }
  return kept;
}

/** By the server's clock and in its time zone, which is named. */
function timeIn(language: string, now: Date): string {
  const style = { dateStyle: 'full', timeStyle: 'long' } as const;
  const [known] = Intl.DateTimeFormat.supportedLocalesOf(language.replaceAll('_', '-'));
  return new Intl.DateTimeFormat(known ?? 'en', style).format(now);
}
