import { createHash } from 'node:crypto';
import type { McpServer } from '../../protocol/tool-settings.ts';
import type { OutsideTool } from './tool-box.ts';

/** What a server has changes when somebody works on it, and then a new conversation is begun anyway. */
const keptMs = 60_000;
const mostKept = 500;

/** By server and credentials: what one may see is not for another. One for all conversations of the process. */
const lists = new Map<string, { tools: OutsideTool[]; atMs: number }>();

export function listedBefore(server: McpServer, nowMs: number): OutsideTool[] | undefined {
  const kept = lists.get(keyOf(server));
  return kept && nowMs - kept.atMs < keptMs ? kept.tools : undefined;
}

export function noteListed(server: McpServer, tools: OutsideTool[], nowMs: number): void {
  const [oldest] = lists.keys();
  if (lists.size >= mostKept && oldest !== undefined) lists.delete(oldest);
  lists.set(keyOf(server), { tools, atMs: nowMs });
}

function keyOf(server: McpServer): string {
  return createHash('sha256').update(JSON.stringify(server)).digest('hex');
}
