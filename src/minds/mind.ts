import type { Characters } from '../characters/characters.ts';
import type { Participants } from '../chats/participants.ts';
import { present, type StoredRoster } from '../chats/roster.ts';
import type { Turns } from '../chats/turns.ts';
import type { VoiceSessions } from '../chats/voice-sessions.ts';
import type { Narratives } from '../narratives/narratives.ts';
import type { OwnModels } from '../models/own-models.ts';
import type { SessionSettings } from '../protocol/connect.ts';
import type { Assignment } from '../protocol/journal.ts';
import type { Cast, Membership, Role } from '../protocol/roster.ts';
import type { ToolSettings } from '../protocol/tool-settings.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Recall } from './recall.ts';
import { recollect, type RecollectingDeps } from './recollecting.ts';

export type MindDeps = {
  sessions: VoiceSessions;
  participants: Participants;
  characters: Pick<Characters, 'get'>;
  turns: Turns;
  models: OwnModels;
  narratives: Narratives;
  /** Undefined: nothing is ever recalled. */
  recall?: Recall;
  /** What a character may call; null for nothing. */
  tools: (workspaceId: string, characterId: string) => Promise<ToolSettings | null>;
  recollecting: RecollectingDeps;
};

/** Whose conversations these are. */
export type Audience = {
  workspaceId: string;
  endUserId: string | null;
  remembers: boolean;
  /** Of those who may be there and are remembered. */
  speakerIds: string[];
};

const limits = {
  /** More than any prompt budget takes; older ones are for memory to recall. */
  historyTurns: 200,
  /** Of JSON. An assignment travels in one journal message of at most 1 MB. */
  assignmentBytes: 900_000,
  historyBytes: 512_000,
} as const;

/**
 * What an agent process needs to hold the conversation of a room. `takenOver` says that the client had joined before.
 * @param reopenableSince a session made later and ended as `never_joined` counts as open: its client may still come
 * @returns undefined while the room has no open voice session
 */
export async function loadAssignment(
  { roomName, reopenableSince }: { roomName: string; reopenableSince?: Date },
  deps: MindDeps,
): Promise<Assignment | undefined> {
  const session = await deps.sessions.openByRoom(roomName, reopenableSince);
  if (!session) return undefined;
  const { workspaceId, characterId, conversationId, settings, context, roster } = session;
  const endUserId = settings.end_user_id ?? null;
  const participants = await deps.participants.expected(session.id);
  const common = {
    sessionId: session.id,
    roomName,
    settings,
    context,
    userIdentity: session.userIdentity,
    participants,
    takenOver: session.joinedAt !== null,
  };
  const leftBytes = limits.assignmentBytes - jsonBytes(common);
  const of = {
    ...{ workspaceId, endUserId, remembers: mayRemember(settings) },
    speakerIds: await deps.participants.remembered(session.id),
  };
  if (roster) {
    const roles = await loadRoles(present(roster.members), of, leftBytes / 2, deps);
    const [first] = roles;
    if (!first) return undefined;
    const { characterSessionId, character, ownLlm, narrative, tools, recollection } = first;
    const cast = castOf(roster, roles);
    const role = { characterSessionId, character, ownLlm, narrative, tools, recollection };
    return { ...common, ...role, history: [], cast };
  }
  const role = { characterId, characterSessionId: conversationId };
  const read = await loadRole(role, of, leftBytes, deps);
  return read && { ...common, characterSessionId: conversationId, ...read, cast: null };
}

/** Whether anybody in a session may be remembered: each who comes has a wish of their own. */
export function mayRemember({
  memory_enabled,
  max_num_participants: most,
}: Pick<SessionSettings, 'memory_enabled' | 'max_num_participants'>): boolean {
  return memory_enabled || most > 1;
}

/** The parts of a cast whose characters still exist. @param bytes for all of them together */
export async function loadRoles(
  members: Membership[],
  of: Audience,
  bytes: number,
  deps: MindDeps,
): Promise<Role[]> {
  const roles: Role[] = [];
  for (const member of members) {
    const read = await loadRole(member, of, bytes / members.length, deps);
    if (read) roles.push({ ...member, ...read });
  }
  return roles;
}

function castOf(roster: StoredRoster, roles: Role[]): Cast {
  const { activeMembershipId, routeEpoch, rosterEpoch } = roster;
  return { roles, activeMembershipId, routeEpoch, rosterEpoch };
}

/** What a role's character has, whoever plays it. */
type Known = Pick<
  Role,
  'character' | 'ownLlm' | 'narrative' | 'tools' | 'history' | 'recalls' | 'recollection'
>;

async function loadRole(
  { characterId, characterSessionId }: Pick<Role, 'characterId' | 'characterSessionId'>,
  { workspaceId, endUserId, remembers, speakerIds }: Audience,
  bytes: number,
  deps: MindDeps,
): Promise<Known | undefined> {
  const { characters, models, narratives, turns, recall, recollecting } = deps;
  const character = await characters.get(workspaceId, characterId);
  if (!character) return undefined;
  const ownLlm = await models.settings(workspaceId, character.model);
  const of = { workspaceId, conversationId: characterSessionId };
  const story = await narratives.tell(
    { workspaceId, characterId: character.id },
    characterSessionId,
  );
  const recollection = await recollect({ ...of, character }, speakerIds, recollecting);
  const leastBytes = jsonBytes({ character, recollection });
  // In a large cast a long story may be more than there is room for: better a character without it than none.
  const narrative = jsonBytes(story) < bytes - leastBytes ? story : null;
  const spoken = await turns.history(of, limits.historyTurns);
  const tools = await deps.tools(workspaceId, character.id);
  const leftBytes = bytes - leastBytes - jsonBytes(narrative) - jsonBytes(tools);
  const history = newestWithin(spoken, Math.min(leftBytes, limits.historyBytes));
  const conversation = { characterId, conversationId: characterSessionId };
  const scope = { workspaceId, endUserId, remembers, ...conversation };
  const recalls = (await recall?.hasAny(scope)) ?? false;
  const known = { character, ownLlm, narrative, tools, history, recollection };
  return { ...known, ...(recalls && { recalls }) };
}

/** The longest run of last turns whose JSON fits. */
function newestWithin(turns: TurnRecord[], maxBytes: number): TurnRecord[] {
  let bytes = 0;
  let from = turns.length;
  for (const turn of turns.toReversed()) {
    bytes += jsonBytes(turn) + 1;
    if (bytes > maxBytes) break;
    from--;
  }
  return turns.slice(from);
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
