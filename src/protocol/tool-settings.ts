import * as z from 'zod';

/* What a character may call in a conversation, as the agent process that calls it needs it: with its secrets. */

const common = {
  /** Of one call. */
  timeoutMs: z.int().positive(),
  /** What of a result the model is told. */
  resultChars: z.int().positive(),
};
const Headers = z.record(z.string(), z.string());

/** A function that is one HTTP request. */
export const HttpFunction = z.object({
  /** As the model calls it. */
  name: z.string(),
  description: z.string(),
  /** JSON Schema of its arguments. */
  parameters: z.record(z.string(), z.unknown()),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** `{name}` stands for an argument. What stands nowhere goes into the query, or into a JSON body. */
  url: z.string(),
  headers: Headers,
  /** Calling it twice does no harm. */
  isRepeatable: z.boolean(),
  ...common,
});
export type HttpFunction = z.infer<typeof HttpFunction>;

export const McpServer = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  transport: z.enum(['streamable_http', 'sse']),
  headers: Headers,
  /** Null: all that it has. */
  allowlist: z.array(z.string()).nullable(),
  ...common,
});
export type McpServer = z.infer<typeof McpServer>;

export const ToolSettings = z.object({
  functions: z.array(HttpFunction),
  servers: z.array(McpServer),
  /** Private addresses that the operator allows. */
  privateHosts: z.array(z.string()),
});
export type ToolSettings = z.infer<typeof ToolSettings>;
