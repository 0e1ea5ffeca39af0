import { isObject, listAt, numberAt, textAt, type JsonObject } from '../json.ts';
import type { ServerLine } from '../server-line.ts';

/** One thing that a character remembers of the user. */
export type Fact = {
  id: string;
  text: string;
  /** ISO 8601. */
  saidAt: string;
  /** Where it was said; undefined when it was not said, or what was said is deleted. */
  source: { conversationId: string; turnId: string } | undefined;
};

/** What was said, and what was answered. */
export type Source = { user: string; character: string };

/** Facts that are shown; a character keeps at most 500 of somebody. */
const mostShown = 200;
/** Of 200 turns each, in which the source of a fact is looked for. */
const mostPages = 25;

/** What characters remember of the user of this page, on the server. */
export class MemoryBook {
  constructor(
    private readonly line: ServerLine,
    /** The user's `end_user_id`. */
    readonly userId: string,
  ) {}

  /** The newest first. @throws {ServerFailed} */
  async list(characterId: string): Promise<{ facts: Fact[]; total: number }> {
    const of = { ...this.#of(characterId), page_size: mostShown };
    const answer = await this.line.json('/memory/list', of);
    const facts = listAt(answer, 'memories').filter(isObject).flatMap(readFact);
    return { facts, total: numberAt(answer, 'total_count') ?? facts.length };
  }

  /** @throws {ServerFailed} */
  async edit(characterId: string, id: string, text: string): Promise<void> {
    const change = { ...this.#of(characterId), memory_id: id, memory: text };
    await this.line.json('/memory/update', change);
  }

  /** @throws {ServerFailed} */
  async delete(characterId: string, id: string): Promise<void> {
    await this.line.json('/memory/delete', { ...this.#of(characterId), memory_id: id });
  }

  /** All of it, and what was said and not yet drawn from. @throws {ServerFailed} */
  async erase(characterId: string): Promise<void> {
    await this.line.json('/memory/delete-all', this.#of(characterId));
  }

  /** @returns undefined when the turn is not there any more @throws {ServerFailed} */
  async source({
    conversationId,
    turnId,
  }: NonNullable<Fact['source']>): Promise<Source | undefined> {
    const turns = `/character-sessions/${encodeURIComponent(conversationId)}/turns?limit=200`;
    let after = 0;
    for (let page = 0; page < mostPages; page++) {
      const answer = await this.line.json(`${turns}&after=${after}`);
      const found = listAt(answer, 'turns')
        .filter(isObject)
        .find((turn) => textAt(turn, 'turn_id') === turnId);
      if (found)
        return {
          user: textAt(found, 'user_text') ?? '',
          character: textAt(found, 'heard_text') ?? '',
        };
      const next = numberAt(answer, 'next');
      if (next === undefined) return undefined;
      after = next;
    }
    return undefined;
  }

  #of(characterId: string): JsonObject {
    return { character_id: characterId, end_user_id: this.userId };
  }
}

function readFact(entry: JsonObject): Fact[] {
  const id = textAt(entry, 'id');
  const text = textAt(entry, 'memory');
  if (id === undefined || text === undefined) return [];
  const conversationId = textAt(entry, 'character_session_id');
  const turnId = textAt(entry, 'turn_id');
  const source =
    conversationId === undefined || turnId === undefined ? undefined : { conversationId, turnId };
  return [{ id, text, saidAt: textAt(entry, 'said_at') ?? '', source }];
}
