import type { Characters } from '../characters/characters.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { OwnModels } from '../models/own-models.ts';
import type { PromptMessage } from '../prompt/prompt.ts';
import type { Character } from '../protocol/character.ts';
import { inCharacter } from '../providers/in-character.ts';
import type { Providers } from '../providers/open-providers.ts';

export type ThinkingDeps = {
  providers: Providers;
  characters: Characters;
  models: OwnModels;
  clock: Clock;
};

/** Far more than was asked for; a model that never stops is stopped. */
const mostTokens = 2_000;
const mostLetters = 40_000;

/** Asks a character's own model something that nobody hears. @returns its whole answer */
export async function think(
  messages: PromptMessage[],
  workspaceId: string,
  character: Character,
  { providers, models, clock }: ThinkingDeps,
  signal: AbortSignal,
): Promise<string> {
  const own = await models.settings(workspaceId, character.model);
  const { llm } = inCharacter(providers, character, own, { clock });
  let answer = '';
  for await (const piece of llm.stream(messages, { maxTokens: mostTokens, signal })) {
    answer += piece;
    if (answer.length > mostLetters) break;
  }
  return answer;
}
