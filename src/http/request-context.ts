import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who is asking: the workspace whose characters and conversations they may see. */
export type Caller = { workspaceId: string; keyId: string };

export type RequestContext = {
  /** Made here for every request; one sent by a client is never taken over, so that log lines cannot be forged. */
  readonly traceId: string;
  caller?: Caller;
  /** The parsed JSON of the body, or the fields of a form; undefined when there was none. */
  body?: unknown;
  /** The file of a multipart form, whole. @property name as the client says it: never a path to write to */
  file?: { name: string; bytes: Buffer; type: string };
};

const contexts = new WeakMap<IncomingMessage, RequestContext>();

/** What this server knows about a request; typed, unlike `res.locals`. */
export function contextOf(request: IncomingMessage): RequestContext {
  let context = contexts.get(request);
  if (!context) {
    context = { traceId: randomUUID() };
    contexts.set(request, context);
  }
  return context;
}
