/**
 * The agent's participant in a room. Always the same one, so that a process which takes a room over puts the ghost of
 * the one before it out by joining.
 */
export function agentIdentity(roomName: string): string {
  return `agent:${roomName}`;
}

/** Whether a participant is one of ours: the agent itself, or a character of a room with several. */
export function isOurs(identity: string): boolean {
  return /^(agent|character):/.test(identity);
}
