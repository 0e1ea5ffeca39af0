import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';
import type { McpServer } from '../protocol/tool-settings.ts';

export class McpServerInvalid extends PublicError {
  override readonly name = 'McpServerInvalid';
  constructor(problem: string) {
    super(400, 'invalid_mcp_server', problem);
  }
}

export class McpServerUnknown extends PublicError {
  override readonly name = 'McpServerUnknown';
  constructor() {
    super(404, 'unknown_mcp_server', 'There is no such server.');
  }
}

/** By name. */
export const Headers = z
  .record(z.string().max(120), z.string().max(8_192))
  .refine((headers) => Object.keys(headers).length <= 20, { error: 'at most 20 headers' });
/** The fields of mcp-server-api.md with their constraints, under their own names. */
export const ServerFields = z.object({
  name: z.string().trim().min(1).max(120),
  url: z.string().max(2_048),
  description: z.string().max(2_000).nullish(),
  transport: z.enum(['streamable_http', 'sse']).default('streamable_http'),
  auth_type: z.enum(['headers', 'oauth']).default('headers'),
  auth_headers: Headers.nullish(),
  tools_allowlist: z.array(z.string().max(128)).max(200).nullish(),
  timeout_s: z.int().min(1).max(300).nullish(),
  result_max_chars: z.int().min(100).max(100_000).nullish(),
});
export type ServerDraft = z.output<typeof ServerFields>;
const { transport, auth_type, ...others } = ServerFields.shape;
export const ServerChangeFields = z
  .object({
    ...others,
    transport: transport.unwrap(),
    auth_type: auth_type.unwrap(),
    enabled: z.boolean(),
  })
  .partial();
export type ServerChange = z.output<typeof ServerChangeFields>;

/** A registered server, with its headers: for its owner, and for those who call it. */
export type StoredServer = {
  id: string;
  name: string;
  description: string;
  url: string;
  transport: McpServer['transport'];
  headers: Record<string, string>;
  allowlist: string[] | null;
  timeoutSeconds: number | null;
  resultMaxChars: number | null;
  enabled: boolean;
  createdAt: Date;
};
