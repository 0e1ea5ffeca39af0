import type { Functions } from '../functions/functions.ts';
import type { McpServers } from '../mcp/mcp-servers.ts';
import type { ToolSettings } from '../protocol/tool-settings.ts';

export type ToolNouns = { functions: Functions; mcpServers: McpServers; privateHosts: string[] };

/** Of JSON: what is more would crowd the conversation out of its assignment. */
const mostBytes = 200_000;

/** What a character may call, with the keys for it; null for nothing. */
export async function toolsOf(
  workspaceId: string,
  characterId: string,
  { functions, mcpServers, privateHosts }: ToolNouns,
): Promise<ToolSettings | null> {
  const [all, servers] = await Promise.all([
    functions.settings(workspaceId, characterId),
    mcpServers.settings(workspaceId, characterId),
  ]);
  if (all.length + servers.length === 0) return null;
  let left = mostBytes;
  const fits = (item: unknown) => (left -= Buffer.byteLength(JSON.stringify(item))) >= 0;
  return { servers: servers.filter(fits), functions: all.filter(fits), privateHosts };
}
