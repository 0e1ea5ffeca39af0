import type { Participants } from '../chats/participants.ts';
import type { StoredTurn, Turns } from '../chats/turns.ts';
import type { VoiceSessions } from '../chats/voice-sessions.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Afterwork, Task } from '../memory/afterwork.ts';
import type { Memories } from '../memory/memories.ts';
import type { NewMemory, Person } from '../memory/memory.ts';
import { factMessages, factsIn, type FactWish } from '../prompt/facts.ts';
import type { Character } from '../protocol/character.ts';
import { memoryWishOf, type MemoryWish } from '../protocol/xingchen/configured.ts';
import type { Speakers } from '../speakers/speakers.ts';
import { think, type ThinkingDeps } from './think.ts';

export type DrawingDeps = ThinkingDeps & {
  afterwork: Afterwork;
  memories: Memories;
  turns: Turns;
  sessions: VoiceSessions;
  participants: Participants;
  speakers: Speakers;
  clock: Clock;
  /** Something of somebody is stored. */
  onFacts: (person: Person) => void;
};

/** A model answered with something that is no list of facts. */
class NoFacts extends Error {
  override readonly name = 'NoFacts';
}

/** Read by the model at once. */
const turnsAtOnce = 40;
/** Shown, so that what changed takes the place of what was. */
const mostKnown = 40;
/** An open turn that is older belongs to a process that died, and is as complete as it will be. */
const openForMs = 10 * 60_000;

/** Draws facts from what was said since the last time, for each who said something. */
export async function drawFacts(task: Task, deps: DrawingDeps, signal: AbortSignal): Promise<void> {
  const { workspaceId, characterId, conversationId, throughPosition } = task;
  const { afterwork, turns, characters, memories } = deps;
  const page = await turns.page(
    { workspaceId, conversationId },
    { after: throughPosition, limit: turnsAtOnce },
  );
  const { said, untilAt } = finished(page ?? [], deps.clock.nowAt());
  const record = await characters.readIn(workspaceId, conversationId);
  const drawn: { person: Person; facts: NewMemory[] }[] = [];
  if (record?.character.memoryEnabled) {
    const { character, xingchen } = record;
    const { kinds } = memoryWishOf(xingchen);
    for (const [personId, theirs] of await byPerson(said, task, deps)) {
      const person = { workspaceId, characterId, personId };
      const of = { character, conversationId, kinds };
      const facts = kinds?.length === 0 ? [] : await factsOf(person, theirs, of, deps, signal);
      drawn.push({ person, facts });
    }
  }
  const through = said.at(-1)?.position ?? throughPosition;
  const againAt = said.length === turnsAtOnce ? deps.clock.nowAt() : untilAt;
  const isKept = await afterwork.done(task, { throughPosition: through, againAt }, async (tx) => {
    for (const { person, facts } of drawn) await memories.keep(person, facts, tx);
  });
  if (!isKept) return;
  for (const { person, facts } of drawn) if (facts.length > 0) deps.onFacts(person);
}

async function factsOf(
  person: Person,
  said: StoredTurn[],
  of: { character: Character; conversationId: string; kinds: MemoryWish['kinds'] },
  deps: DrawingDeps,
  signal: AbortSignal,
): Promise<NewMemory[]> {
  const { character, conversationId, kinds } = of;
  const known = await deps.memories.foremost(person, mostKnown);
  const wish: FactWish = {
    ...{ known, kinds },
    turns: said.map(({ userText: user, assistantText }, index) => ({
      ...{ number: index + 1, user, character: assistantText },
    })),
  };
  const answer = await think(factMessages(wish), person.workspaceId, character, deps, signal);
  const facts = factsIn(answer, wish);
  if (!facts) throw new NoFacts();
  return facts.flatMap(({ number, key = null, text, importance }) => {
    const turn = said[number - 1];
    if (!turn) return [];
    const { id: turnId, startedAt } = turn;
    // Where deleted since, the turn is missed when this is stored, and all is drawn anew.
    return [{ key, text, importance, conversationId, turnId, saidAt: new Date(startedAt) }];
  });
}

/**
 * Up to the first turn that may yet change.
 * @returns untilAt when that one is as complete as it will be, should nobody say sooner that there is more; null for none
 */
function finished(turns: StoredTurn[], nowAt: Date): { said: StoredTurn[]; untilAt: Date | null } {
  for (const [index, { status, startedAt }] of turns.entries()) {
    const untilAt = new Date(Date.parse(startedAt) + openForMs);
    if (status === 'open' && nowAt < untilAt) return { said: turns.slice(0, index), untilAt };
  }
  return { said: turns, untilAt: null };
}

/** Who said what, each under the one id they are remembered by. Of strangers, and where nothing shall be remembered, nothing. */
async function byPerson(
  said: StoredTurn[],
  { workspaceId, endUserId }: Task,
  { speakers, sessions, participants }: DrawingDeps,
): Promise<Map<string, StoredTurn[]>> {
  const people = new Map<string, StoredTurn[]>();
  const wishes = new Map<string, boolean>();
  const isRemembered = async (sessionId: string, given: string) => {
    const own = await participants.isRemembered(sessionId, given);
    return own ?? (await sessions.get(sessionId))?.settings.memory_enabled ?? true;
  };
  for (const turn of said) {
    const { sessionId, speaker } = turn;
    const given = speaker ? speaker.speakerId : endUserId;
    if (given === null || turn.userText === null) continue;
    if (sessionId !== null) {
      const key = JSON.stringify([sessionId, given]);
      const wish = wishes.get(key) ?? (await isRemembered(sessionId, given));
      wishes.set(key, wish);
      if (!wish) continue;
    }
    const personId = await speakers.personOf(workspaceId, given);
    people.set(personId, [...(people.get(personId) ?? []), turn]);
  }
  return people;
}
