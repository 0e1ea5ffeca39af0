import { Router, type Request, type RequestHandler } from 'express';
import * as z from 'zod';
import type { Characters } from '../../../characters/characters.ts';
import {
  McpServerInvalid,
  McpServerUnknown,
  ServerChangeFields,
  ServerFields,
  type StoredServer,
} from '../../../mcp/mcp-server-fields.ts';
import { reachOf, type McpServers } from '../../../mcp/mcp-servers.ts';
import type { McpServer } from '../../../protocol/tool-settings.ts';
import type { OutsideTool } from '../../../providers/tools/tool-box.ts';
import { callerOf } from '../../api-key.ts';
import { parseBody } from '../../json-body.ts';
import { NotFound } from '../../refusals.ts';

const id = z.string().trim().min(1).max(200);
export const NameServer = z.object({ server_id: id });
export const CreateServer = ServerFields;
export const UpdateServer = ServerChangeFields.extend({ server_id: id });
export const TestServer = z.union([
  NameServer,
  ServerFields.pick({ url: true, transport: true, auth_headers: true }),
]);
const characterId = z.union([id, z.int()]).transform(String);
export const NameCharacterOfServers = z.object({ character_id: characterId });
export const Attach = z.object({ character_id: characterId, server_id: id });

export const WireServer = z.object({
  server_id: z.string(),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  transport: z.enum(['streamable_http', 'sse']),
  auth_type: z.literal('headers'),
  auth_headers: z.record(z.string(), z.string()),
  header_names: z.array(z.string()),
  tools_allowlist: z.array(z.string()).nullable(),
  timeout_s: z.int().nullable(),
  result_max_chars: z.int().nullable(),
  enabled: z.boolean(),
  created_at: z.string(),
});
export const Tested = z.union([
  z.object({
    ok: z.literal(true),
    tools: z.array(z.object({ name: z.string(), description: z.string() })),
  }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

export type McpRouteDeps = {
  characters: Characters;
  mcpServers: McpServers;
  /** Asks a server what it has. Rejects when it cannot, and within a bounded time. */
  probe: (server: McpServer) => Promise<OutsideTool[]>;
};

/** Of a server whose `auth_type` is `oauth`; here there are none. */
const noOauth = 'OAuth is not available on this server; use auth_headers';

/** mcp-server-api.md. */
export function mcpRoutes(deps: McpRouteDeps, guards: RequestHandler[]): Router {
  const { mcpServers } = deps;
  const router = Router();
  const workspaceOf = (req: Request) => callerOf(req).workspaceId;

  router.post('/mcp/servers/list', ...guards, async (req, res) => {
    res.json({ servers: (await mcpServers.list(workspaceOf(req))).map(wire) });
  });

  router.post('/mcp/servers/create', ...guards, async (req, res) => {
    const made = await mcpServers.create(workspaceOf(req), parseBody(CreateServer, req));
    res.json({ server: wire(made) });
  });

  router.post('/mcp/servers/update', ...guards, async (req, res) => {
    const { server_id, ...change } = parseBody(UpdateServer, req);
    res.json({ server: wire(await mcpServers.update(workspaceOf(req), server_id, change)) });
  });

  router.post('/mcp/servers/delete', ...guards, async (req, res) => {
    await mcpServers.delete(workspaceOf(req), parseBody(NameServer, req).server_id);
    res.json({ status: 'success' });
  });

  router.post('/mcp/servers/test', ...guards, async (req, res) => {
    const server = await meant(workspaceOf(req), parseBody(TestServer, req));
    const answer: z.infer<typeof Tested> = await deps.probe(server).then(
      (tools) => ({
        ok: true as const,
        tools: tools.map(({ name, description }) => ({ name, description })),
      }),
      (cause: unknown) => ({ ok: false as const, error: diagnosis(cause) }),
    );
    res.json(answer);
  });

  for (const step of ['start', 'status', 'disconnect'] as const)
    router.post(`/mcp/oauth/${step}`, ...guards, async (req, res) => {
      await mcpServers.get(workspaceOf(req), parseBody(NameServer, req).server_id);
      const answers = {
        start: { ok: false, error: noOauth },
        status: { status: 'disconnected' },
        disconnect: { status: 'success' },
      };
      res.json(answers[step]);
    });

  router.post('/mcp/characters/list', ...guards, async (req, res) => {
    const { character_id } = parseBody(NameCharacterOfServers, req);
    const workspaceId = workspaceOf(req);
    const servers = await mcpServers.attached(workspaceId, await own(workspaceId, character_id));
    res.json({ server_ids: servers.map((server) => server.id) });
  });

  for (const change of ['attach', 'detach'] as const)
    router.post(`/mcp/characters/${change}`, ...guards, async (req, res) => {
      const { character_id, server_id } = parseBody(Attach, req);
      const workspaceId = workspaceOf(req);
      await mcpServers[change](workspaceId, await own(workspaceId, character_id), server_id);
      res.json({ status: 'success' });
    });

  async function own(workspaceId: string, ref: string): Promise<string> {
    const character = await deps.characters.get(workspaceId, ref);
    if (!character) throw new NotFound('There is no such character.');
    return character.id;
  }

  async function meant(workspaceId: string, sent: z.output<typeof TestServer>): Promise<McpServer> {
    if ('server_id' in sent) return reachOf(await mcpServers.get(workspaceId, sent.server_id));
    await mcpServers.refuseAddress(sent.url);
    return reachOf({
      id: '',
      name: 'test',
      url: sent.url,
      transport: sent.transport,
      headers: sent.auth_headers ?? {},
      allowlist: null,
      timeoutSeconds: null,
      resultMaxChars: null,
    });
  }
  return router;
}

/** Of the SDK's words the first line, short: it may quote what a stranger's server said. */
function diagnosis(cause: unknown): string {
  if (cause instanceof McpServerInvalid || cause instanceof McpServerUnknown) return cause.message;
  const [line = ''] = cause instanceof Error ? cause.message.split('\n') : [];
  const status = /\b(?:HTTP )?([45]\d\d)\b/.exec(line)?.[1];
  return status === undefined
    ? 'The server could not be reached, or does not speak MCP at this address (check URL and transport)'
    : `HTTP ${status} on initialize (check URL and auth)`;
}

function wire(server: StoredServer): z.infer<typeof WireServer> {
  return {
    server_id: server.id,
    name: server.name,
    description: server.description,
    url: server.url,
    transport: server.transport,
    auth_type: 'headers',
    auth_headers: server.headers,
    header_names: Object.keys(server.headers),
    tools_allowlist: server.allowlist,
    timeout_s: server.timeoutSeconds,
    result_max_chars: server.resultMaxChars,
    enabled: server.enabled,
    created_at: server.createdAt.toISOString().replace('Z', '000'),
  };
}
