import type { Memories } from '../memory/memories.ts';
import type { Person } from '../memory/memory.ts';
import type { Summaries } from '../memory/summaries.ts';
import type { Character } from '../protocol/character.ts';
import type { Recollection } from '../protocol/recollection.ts';
import type { Speakers } from '../speakers/speakers.ts';

export type RecollectingDeps = { memories: Memories; summaries: Summaries; speakers: Speakers };

/** More than a prompt has room for: it takes the first ones. */
const mostFacts = 40;
/** Of those who may be in a room; the others are recalled when they speak. */
const mostPeople = 12;

/**
 * What a character has of the past when a conversation begins or goes on.
 * @param speakerIds of those who may be there, as they came; none where nothing shall be remembered
 */
export async function recollect(
  of: { workspaceId: string; conversationId: string; character: Character },
  speakerIds: readonly string[],
  { memories, summaries, speakers }: RecollectingDeps,
): Promise<Recollection> {
  const { workspaceId, conversationId, character } = of;
  const people: Recollection['people'] = [];
  for (const speakerId of character.memoryEnabled ? speakerIds.slice(0, mostPeople) : []) {
    const personId = await speakers.personOf(workspaceId, speakerId);
    const person = { workspaceId, characterId: character.id, personId };
    const facts = await factsFor(person, memories);
    if (facts.length > 0) people.push({ speakerId, facts });
  }
  const summary = (await summaries.get({ workspaceId, conversationId })) ?? null;
  return { people, summary };
}

/** What a prompt is made from of a person, most important first. */
export async function factsFor(
  person: Person,
  memories: Pick<Memories, 'foremost'>,
): Promise<string[]> {
  return (await memories.foremost(person, mostFacts)).map(({ text }) => text);
}
