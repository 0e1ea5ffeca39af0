import type { Participants } from '../chats/participants.ts';
import { StoredRoster } from '../chats/roster.ts';
import type { VoiceSession, VoiceSessions } from '../chats/voice-sessions.ts';
import type { Person } from '../memory/memory.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import type { Speakers } from '../speakers/speakers.ts';
import { factsFor, type RecollectingDeps } from './recollecting.ts';

export type FactNewsDeps = Pick<RecollectingDeps, 'memories'> & {
  sessions: Pick<VoiceSessions, 'get'>;
  participants: Pick<Participants, 'sessionsOf'>;
  speakers: Pick<Speakers, 'find'>;
  tell: (news: FactNews & { sessionId: string }) => void;
  tellSummary: (newer: { sessionId: string; characterSessionId: string; summary: Summary }) => void;
};

/** Tells the sessions that somebody is in what is remembered of them now: what was erased is not spoken of any more. */
export async function tellFacts(person: Person, deps: FactNewsDeps): Promise<void> {
  const { workspaceId, characterId, personId } = person;
  const speaker = await deps.speakers.find(workspaceId, personId);
  const ids = [personId, ...(speaker?.deviceId == null ? [] : [speaker.deviceId])];
  const places = await deps.participants.sessionsOf(workspaceId, ids);
  if (places.length === 0) return;
  const facts = await factsFor(person, deps.memories);
  for (const { sessionId, speakerId } of places) {
    const session = await deps.sessions.get(sessionId);
    if (!session || speakerId === null) continue;
    for (const characterSessionId of conversationsOf(session, characterId))
      deps.tell({ sessionId, characterSessionId, speakerId, facts });
  }
}

/**
 * Somebody is about to be forgotten.
 * @returns what tells the sessions that they are in, once that is done: those have their places no more
 */
export async function tellingForgotten(
  workspaceId: string,
  speakerIds: string[],
  { participants, sessions, tell, tellSummary }: FactNewsDeps,
): Promise<() => void> {
  const words: (() => void)[] = [];
  for (const { sessionId, speakerId } of await participants.sessionsOf(workspaceId, speakerIds)) {
    const session = await sessions.get(sessionId);
    if (!session || speakerId === null) continue;
    for (const characterSessionId of conversationsOf(session))
      words.push(() => {
        tell({ sessionId, characterSessionId, speakerId, facts: [] });
        tellSummary({ sessionId, characterSessionId, summary: { text: '', throughTurnId: '' } });
      });
  }
  return () => {
    for (const word of words) word();
  };
}

/** Conversations of a session that a character has; of all its characters, where none is named. */
function conversationsOf(session: VoiceSession, characterId?: string): string[] {
  const roster = StoredRoster.nullable().parse(session.roster);
  const roles = roster
    ? roster.members.map((one) => ({ of: one.characterId, id: one.characterSessionId }))
    : [{ of: session.characterId, id: session.conversationId }];
  return roles
    .filter(({ of }) => characterId === undefined || of === characterId)
    .map(({ id }) => id);
}
