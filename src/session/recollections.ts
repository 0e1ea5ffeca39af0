import type { Remembered } from '../prompt/remembered.ts';
import type { Participant } from '../protocol/participant.ts';
import {
  nothingRecollected,
  type FactNews,
  type Recollection,
  type Summary,
} from '../protocol/recollection.ts';

/** What the characters of a session have of the past, by their conversations. */
export class Recollections {
  readonly #known = new Map<string, Recollection>();
  /** Characters for which there is something to look into. */
  readonly #recalls = new Set<string>();

  /** At the beginning; a summary that came before is newer. */
  begin(characterSessionId: string, recollection: Recollection): void {
    const summary = this.#known.get(characterSessionId)?.summary ?? recollection.summary;
    this.#known.set(characterSessionId, { ...recollection, summary });
  }

  /** There is something to look into for this character: documents, or what it remembers of somebody. */
  recallsNow(characterId: string): void {
    this.#recalls.add(characterId);
  }

  /** What has nothing costs a conversation nothing: nobody asks for it. */
  recalls(characterId: string): boolean {
    return this.#recalls.has(characterId);
  }

  summarised(characterSessionId: string, summary: Summary): void {
    const known = this.#known.get(characterSessionId) ?? nothingRecollected;
    this.#known.set(characterSessionId, { ...known, summary });
  }

  learned({ characterSessionId, speakerId, facts }: FactNews): void {
    const known = this.#known.get(characterSessionId) ?? nothingRecollected;
    const others = known.people.filter((one) => one.speakerId !== speakerId);
    this.#known.set(characterSessionId, { ...known, people: [...others, { speakerId, facts }] });
  }

  /** For an answer to this one: what is remembered of anybody else is not for their ears. */
  of(characterSessionId: string, speaker: Participant | undefined): Remembered {
    const { people, summary } = this.#known.get(characterSessionId) ?? nothingRecollected;
    const known = people.find(({ speakerId }) => speakerId === speaker?.speakerId);
    return { facts: known?.facts ?? [], summary: summary?.text ?? '' };
  }
}
