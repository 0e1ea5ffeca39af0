import * as z from 'zod';
import type { Operation } from '../../operation.ts';
import {
  CreateFunction,
  DeleteFunction,
  FunctionList,
  FunctionMade,
  ListFunctions,
} from './functions.ts';
import {
  Attach,
  CreateServer,
  NameCharacterOfServers,
  NameServer,
  Tested,
  TestServer,
  UpdateServer,
  WireServer,
} from './mcp.ts';

const Fault = z.looseObject({ ERROR: z.string() });
const Done = z.object({ status: z.literal('success') });

function operation(
  tag: string,
  [path, summary]: [string, string],
  request: z.ZodType | undefined,
  schema: z.ZodType,
  status: 200 | 201 = 200,
): Operation {
  return {
    method: 'post',
    ...{ path, tag, summary },
    needsKey: true,
    ...(request && { request }),
    responses: {
      [status]: { description: 'Done.', schema },
      400: { description: 'A field is missing or not valid.', schema: Fault },
      401: { description: 'The API key is missing or wrong.', schema: Fault },
      404: { description: 'There is no such thing in this workspace.', schema: Fault },
      429: { description: 'Too many requests; see Retry-After.', schema: Fault },
    },
  };
}
const functions = operation.bind(undefined, 'Functions');
const mcp = operation.bind(undefined, 'MCP servers');
const Server = z.object({ server: WireServer });

/** external-api.md and mcp-server-api.md. */
export const toolOperations: Operation[] = [
  functions(
    ['/functions/create', 'Makes a function that characters can call.'],
    CreateFunction,
    FunctionMade,
    201,
  ),
  functions(
    ['/functions/list', 'All functions, with their status for a character.'],
    ListFunctions,
    FunctionList,
  ),
  functions(
    ['/functions/delete', 'Deletes a function and every link to it.'],
    DeleteFunction,
    Done.extend({ transactionID: z.string() }),
  ),
  mcp(
    ['/mcp/servers/list', 'All servers, newest first.'],
    undefined,
    z.object({ servers: z.array(WireServer) }),
  ),
  mcp(['/mcp/servers/create', 'Registers a server.'], CreateServer, Server),
  mcp(['/mcp/servers/update', 'Changes what is sent.'], UpdateServer, Server),
  mcp(['/mcp/servers/delete', 'Deletes a server and its attachments.'], NameServer, Done),
  mcp(['/mcp/servers/test', 'Connects and lists the tools.'], TestServer, Tested),
  mcp(
    ['/mcp/oauth/start', 'Refused: OAuth is not available.'],
    NameServer,
    z.object({ ok: z.literal(false), error: z.string() }),
  ),
  mcp(
    ['/mcp/oauth/status', 'Always disconnected.'],
    NameServer,
    z.object({ status: z.literal('disconnected') }),
  ),
  mcp(['/mcp/oauth/disconnect', 'There is nothing to disconnect.'], NameServer, Done),
  mcp(
    ['/mcp/characters/list', 'Servers that a character uses.'],
    NameCharacterOfServers,
    z.object({ server_ids: z.array(z.string()) }),
  ),
  mcp(['/mcp/characters/attach', 'Gives a server to a character.'], Attach, Done),
  mcp(['/mcp/characters/detach', 'Takes it away.'], Attach, Done),
];
