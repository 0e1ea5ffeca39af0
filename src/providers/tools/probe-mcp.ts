import type { Clock } from '../../lifetime/clock.ts';
import { deadline } from '../../lifetime/deadline.ts';
import { AddressGuard } from '../../net/address-guard.ts';
import type { McpServer } from '../../protocol/tool-settings.ts';
import { McpLine } from './mcp-line.ts';
import type { OutsideTool } from './tool-box.ts';

const probeMs = 10_000;

/** What a server has, found out now. @throws what the SDK throws, or that it took too long */
export async function probeMcp(
  server: McpServer,
  { clock, privateHosts }: { clock: Clock; privateHosts: string[] },
): Promise<OutsideTool[]> {
  const line = new McpLine(server, new AddressGuard(privateHosts));
  const limit = deadline(clock, 'probing an MCP server', probeMs);
  try {
    return await line.tools(limit.signal);
  } finally {
    limit.clear();
    await line.close().catch(() => undefined);
  }
}
