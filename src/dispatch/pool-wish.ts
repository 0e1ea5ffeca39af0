import type { SessionEnd } from '../protocol/journal.ts';

/** What is to be done outside. */
export type PoolWish =
  | { do: 'createWarm'; roomName: string }
  | { do: 'deleteRoom'; roomName: string }
  | { do: 'leaveRoom'; agentId: string; roomName: string }
  | { do: 'assign'; agentId: string; roomName: string }
  | { do: 'checkJoined'; roomName: string }
  | { do: 'rescue'; roomName: string }
  /** For a moment it shall take rooms although it is strained. */
  | { do: 'openUp'; agentId: string }
  /** Store the end, and tell the agent when there is one. */
  | { do: 'endSession'; sessionId: string; agentId: string | null; reason: SessionEnd };
