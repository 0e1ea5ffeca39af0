import type { Characters } from '../characters/characters.ts';
import type { Turns } from '../chats/turns.ts';
import type { VoiceSessions } from '../chats/voice-sessions.ts';
import type { Assignment } from '../protocol/journal.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';

export type MindDeps = { sessions: VoiceSessions; characters: Characters; turns: Turns };

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
  { sessions, characters, turns }: MindDeps,
): Promise<Assignment | undefined> {
  const session = await sessions.openByRoom(roomName, reopenableSince);
  if (!session) return undefined;
  const { workspaceId, characterId, conversationId, settings, context } = session;
  const character = await characters.get(workspaceId, characterId);
  if (!character) return undefined;
  const spoken = await turns.history({ workspaceId, conversationId }, limits.historyTurns);
  const leftBytes = limits.assignmentBytes - jsonBytes({ character, settings, context });
  return {
    sessionId: session.id,
    roomName,
    characterSessionId: conversationId,
    character,
    settings,
    context,
    userIdentity: session.userIdentity,
    history: newestWithin(spoken, Math.min(leftBytes, limits.historyBytes)),
    takenOver: session.joinedAt !== null,
  };
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
