import type { StoredTurn, Turns } from '../chats/turns.ts';
import type { VoiceSessions } from '../chats/voice-sessions.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Afterwork, Task } from '../memory/afterwork.ts';
import type { Memories } from '../memory/memories.ts';
import type { NewMemory, Person } from '../memory/memory.ts';
import { factMessages, factsIn, type FactWish } from '../prompt/facts.ts';
import type { Character } from '../protocol/character.ts';
import type { Speakers } from '../speakers/speakers.ts';
import { think, type ThinkingDeps } from './think.ts';

export type DrawingDeps = ThinkingDeps & {
  afterwork: Afterwork;
  memories: Memories;
  turns: Turns;
  sessions: VoiceSessions;
  speakers: Speakers;
  clock: Clock;
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
  const said = finished(page ?? [], deps.clock.nowAt());
  const character = await characters.get(workspaceId, characterId);
  const drawn: { person: Person; facts: NewMemory[] }[] = [];
  if (character?.memoryEnabled) {
    for (const [personId, theirs] of await byPerson(said, task, deps)) {
      const person = { workspaceId, characterId, personId };
      const facts = await factsOf(person, theirs, { character, conversationId }, deps, signal);
      drawn.push({ person, facts });
    }
  }
  const through = said.at(-1)?.position ?? throughPosition;
  const isMore = said.length === turnsAtOnce;
  await afterwork.done(task, { throughPosition: through, isMore }, async (tx) => {
    for (const { person, facts } of drawn) await memories.keep(person, facts, tx);
  });
}

async function factsOf(
  person: Person,
  said: StoredTurn[],
  { character, conversationId }: { character: Character; conversationId: string },
  deps: DrawingDeps,
  signal: AbortSignal,
): Promise<NewMemory[]> {
  const known = await deps.memories.foremost(person, mostKnown);
  const wish: FactWish = {
    known,
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

/** Up to the first turn that may yet change. */
function finished(turns: StoredTurn[], nowAt: Date): StoredTurn[] {
  const open = turns.findIndex(
    ({ status, startedAt }) =>
      status === 'open' && nowAt.getTime() - Date.parse(startedAt) < openForMs,
  );
  return open < 0 ? turns : turns.slice(0, open);
}

/** Who said what, each under the one id they are remembered by. Of strangers, and where nothing shall be remembered, nothing. */
async function byPerson(
  said: StoredTurn[],
  { workspaceId, endUserId }: Task,
  { speakers, sessions }: DrawingDeps,
): Promise<Map<string, StoredTurn[]>> {
  const people = new Map<string, StoredTurn[]>();
  const remembers = new Map<string | null, boolean>([[null, true]]);
  for (const turn of said) {
    const { sessionId, speaker } = turn;
    if (!remembers.has(sessionId) && sessionId !== null) {
      const session = await sessions.get(sessionId);
      remembers.set(sessionId, session?.settings.memory_enabled ?? true);
    }
    const given = speaker ? speaker.speakerId : endUserId;
    if (given === null || turn.userText === null || remembers.get(sessionId) === false) continue;
    const personId = await speakers.personOf(workspaceId, given);
    people.set(personId, [...(people.get(personId) ?? []), turn]);
  }
  return people;
}
