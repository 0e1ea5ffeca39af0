import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import * as z from 'zod';
import type { AddressGuard } from '../../net/address-guard.ts';
import type { McpServer } from '../../protocol/tool-settings.ts';
import { boundedFetch } from '../kept-connections.ts';
import type { OutsideTool, ToolOutcome } from './tool-box.ts';

/** Of one HTTP answer; a stream of events counts as one. */
const maxBytes = 4_000_000;
const mostTools = 200;
const descriptionChars = 2_000;

const Part = z.looseObject({ type: z.string(), text: z.string().optional() });
const Result = z.looseObject({
  content: z.array(Part).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});

const Hint = z.boolean().optional();
const Tools = z.looseObject({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      description: z.string().optional(),
      inputSchema: z.record(z.string(), z.unknown()),
      annotations: z.looseObject({ readOnlyHint: Hint, idempotentHint: Hint }).optional(),
    }),
  ),
  nextCursor: z.string().optional(),
});

/** One connection to a Model Context Protocol server, by the official SDK. Addresses are judged when connecting. */
export class McpLine {
  #client: Promise<Client> | undefined;

  constructor(
    private readonly server: McpServer,
    private readonly guard: AddressGuard,
  ) {}

  /** What it has, less what the allow-list leaves out. @throws what the SDK throws, or that `signal` aborted */
  async tools(signal: AbortSignal): Promise<OutsideTool[]> {
    const client = await this.#connected(signal);
    const found: OutsideTool[] = [];
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? {} : { cursor };
      // Not by `listTools`: it would follow what strangers' schemas say of answers, which may take for ever.
      const page = await client.request({ method: 'tools/list', params }, Tools, { signal });
      for (const tool of page.tools)
        found.push({
          name: tool.name,
          description: (tool.description ?? '').slice(0, descriptionChars),
          parameters: tool.inputSchema,
          isRepeatable: tool.annotations?.readOnlyHint ?? tool.annotations?.idempotentHint ?? false,
        });
      cursor = page.nextCursor;
    } while (cursor !== undefined && found.length < mostTools);
    const { allowlist } = this.server;
    const allowed = allowlist && new Set(allowlist);
    return found.filter(({ name }) => allowed?.has(name) ?? true).slice(0, mostTools);
  }

  /** @throws as `tools` */
  async call(
    name: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<ToolOutcome> {
    const client = await this.#connected(signal);
    const timeout = this.server.timeoutMs;
    const answer = await client.callTool({ name, arguments: args }, undefined, { signal, timeout });
    const { content, structuredContent, isError } = Result.parse(answer);
    const texts = content.map(({ type, text }) => text ?? `(${type})`).join('\n');
    const text = texts === '' && structuredContent ? JSON.stringify(structuredContent) : texts;
    return { ok: isError !== true, text };
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.close();
  }

  /** One that broke is opened anew by the next call. */
  async #connected(signal: AbortSignal): Promise<Client> {
    this.#client ??= this.#connect(signal);
    const opening = this.#client;
    try {
      return await opening;
    } catch (cause) {
      if (this.#client === opening) this.#client = undefined;
      throw cause;
    }
  }

  async #connect(signal: AbortSignal): Promise<Client> {
    // Loaded when it is needed: most processes serve no character that has such a server.
    const { Client: SdkClient } = await import('@modelcontextprotocol/sdk/client/index.js');
    const client = new SdkClient({ name: 'parley', version: '1' });
    client.onclose = () => {
      this.#client = undefined;
    };
    await client.connect(await this.#transport(), { signal });
    return client;
  }

  async #transport(): Promise<Transport> {
    const { url, headers, transport } = this.server;
    const fetch = boundedFetch(maxBytes, this.guard);
    const options = { fetch, requestInit: { headers } };
    if (transport === 'sse') {
      const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
      return new SSEClientTransport(new URL(url), options);
    }
    const { StreamableHTTPClientTransport } =
      await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    // Its optional session id may be undefined, which the interface that it implements does not allow.
    return withSessionId(new StreamableHTTPClientTransport(new URL(url), options));
  }
}

function withSessionId(transport: Omit<Transport, 'sessionId'>): Transport {
  return transport;
}
