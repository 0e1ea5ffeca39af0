import { createServer, type Server } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as z from 'zod';

/** A real MCP server, made with the official SDK, on a port of its own. */
export class FakeMcp {
  /** Calls, as `name(argument)`. */
  readonly calls: string[] = [];
  requests = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<FakeMcp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const fake = new FakeMcp(server, `http://127.0.0.1:${port}/mcp`);
    server.on('request', (request, response) => {
      fake.requests++;
      // Without sessions: each request has a server of its own, as the SDK's page shows it.
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
      const mcp = fake.#make();
      void mcp
        .connect(withoutOptionals(transport))
        .then(() => transport.handleRequest(request, response));
    });
    return fake;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  #make(): McpServer {
    const mcp = new McpServer({ name: 'orders', version: '1' });
    const inputSchema = { order: z.string() };
    mcp.registerTool(
      'lookup_order',
      {
        description: 'Looks up the status of an order',
        inputSchema,
        annotations: { readOnlyHint: true },
      },
      ({ order }) => {
        this.calls.push(`lookup_order(${order})`);
        return { content: [{ type: 'text', text: `Order ${order} is on its way by whale.` }] };
      },
    );
    mcp.registerTool(
      'cancel_order',
      { description: 'Cancels an order', inputSchema },
      ({ order }) => {
        this.calls.push(`cancel_order(${order})`);
        return { isError: true, content: [{ type: 'text', text: 'Too late.' }] };
      },
    );
    return mcp;
  }
}

/** The SDK's class says `undefined` where its own interface does not. */
function withoutOptionals(
  transport: Omit<Transport, 'sessionId' | 'onclose' | 'onerror' | 'onmessage'>,
): Transport {
  return transport;
}
