import { randomUUID } from 'node:crypto';
import type { Conversations } from '../chats/conversations.ts';
import { ConversationRefused } from '../chats/conversations.ts';
import { carryOut, judgeCommand, refuse, type Judged, type StoredRoster } from '../chats/roster.ts';
import { UnknownSession, type VoiceSession } from '../chats/voice-sessions.ts';
import type { RosterAnswer } from '../protocol/journal.ts';
import type { Membership, RosterCommand, RosterRefusal } from '../protocol/roster.ts';
import { loadRoles, mayRemember, type MindDeps } from './mind.ts';

export type RosterDeskDeps = MindDeps & {
  conversations: Conversations;
  mostCharacters: number;
  /** Places that the room's agent has for more characters. */
  spare: number;
};

/** Of JSON: the answer travels in one journal message. */
const answerBytes = 400_000;
/** Why an instance cannot be added. */
const faults = {
  character_not_found: "Character not found or doesn't belong to user.",
  character_session_not_found: 'A character session belongs to another character.',
  duplicate_character_session: 'Each character needs a session of its own.',
} as const satisfies Partial<Record<RosterRefusal, string>>;
type AdditionFault = keyof typeof faults;
type Addition = { character_id: string; character_session_id?: string | null | undefined };

/**
 * Carries out what a client wishes of a room's cast, and remembers it. Commands of one room come one after the other.
 * @returns the answer, and who is in the room then
 * @throws {UnknownSession} when there is no such room, or it has one character
 */
export async function commandRoster(
  sessionId: string,
  command: RosterCommand,
  deps: RosterDeskDeps,
): Promise<{ answer: RosterAnswer; members: Membership[] }> {
  const session = await deps.sessions.get(sessionId);
  if (!session?.roster) throw new UnknownSession();
  const { roster } = session;
  const { mostCharacters, spare } = deps;
  const judged = judgeCommand(roster, command, { roomSessionId: sessionId, mostCharacters, spare });
  if (judged.kind === 'known')
    return { answer: await answer(judged.outcome, session, deps), members: roster.members };
  const done = await carryOutOrRefuse(judged, command, { ...session, roster }, deps);
  await deps.sessions.saveRoster(sessionId, done.roster);
  return {
    answer: await answer(done.outcome, session, deps),
    members: done.roster.members,
  };
}

async function carryOutOrRefuse(
  judged: Exclude<Judged, { kind: 'known' }>,
  command: RosterCommand,
  session: VoiceSession & { roster: StoredRoster },
  deps: RosterDeskDeps,
): Promise<{ roster: StoredRoster; outcome: RosterAnswer['outcome'] }> {
  const { roster } = session;
  if (judged.kind === 'refused') return refuse(roster, command, judged.fault);
  const added = await admit(command, session, roster, deps);
  return Array.isArray(added)
    ? carryOut(roster, command, added)
    : refuse(roster, command, { code: added, message: faults[added] });
}

async function answer(
  outcome: RosterAnswer['outcome'],
  { id, workspaceId, settings }: VoiceSession,
  deps: MindDeps,
): Promise<RosterAnswer> {
  const added = outcome.ok ? outcome.added : [];
  if (added.length === 0) return { outcome, added: [] };
  const speakerIds = await deps.participants.remembered(id);
  const { end_user_id: endUserId } = settings;
  const of = { workspaceId, speakerIds, endUserId, remembers: mayRemember(settings) };
  return { outcome, added: await loadRoles(added, of, answerBytes, deps) };
}

/** Opens a conversation for each character that is to be added. @returns their memberships, or why not */
async function admit(
  command: RosterCommand,
  session: VoiceSession,
  roster: StoredRoster,
  deps: RosterDeskDeps,
): Promise<Membership[] | AdditionFault> {
  const additions: Addition[] = command.kind === 'update' ? (command.data.add ?? []) : [];
  const taken = new Set(roster.members.map(({ characterSessionId }) => characterSessionId));
  const added: Membership[] = [];
  for (const addition of additions) {
    const member = await admitOne(addition, session, deps);
    if (typeof member === 'string') return member;
    if (taken.has(member.characterSessionId)) return 'duplicate_character_session';
    taken.add(member.characterSessionId);
    added.push(member);
  }
  return added;
}

async function admitOne(
  { character_id: characterId, character_session_id: characterSessionId }: Addition,
  { workspaceId, settings }: VoiceSession,
  { characters, conversations }: RosterDeskDeps,
): Promise<Membership | AdditionFault> {
  const character = await characters.get(workspaceId, characterId);
  if (!character) return 'character_not_found';
  try {
    const { id } = await conversations.open({
      workspaceId,
      characterId: character.id,
      endUserId: settings.end_user_id,
      characterSessionId,
    });
    return {
      membershipId: randomUUID(),
      characterId: character.id,
      name: character.name,
      characterSessionId: id,
      isInitial: false,
    };
  } catch (cause) {
    if (cause instanceof ConversationRefused) return 'character_session_not_found';
    throw cause;
  }
}
