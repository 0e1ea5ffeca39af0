import type { AddressGuard } from '../../net/address-guard.ts';
import type { HttpFunction } from '../../protocol/tool-settings.ts';
import { boundedFetch } from '../kept-connections.ts';
import type { ToolOutcome } from './tool-box.ts';

/** Far more than any model is told; an answer that is longer is refused unread. */
const maxBytes = 1_000_000;
const placeholder = /\{([a-zA-Z_][a-zA-Z0-9_]*)\}/g;

type Arguments = Record<string, unknown>;

/**
 * Calls a function that is one HTTP request: addresses are judged when connecting, redirects are not followed.
 * @throws what `fetch` throws: the address is refused, nobody answers, too many bytes, `signal` aborted
 */
export async function callHttp(
  { method, url, headers }: HttpFunction,
  args: Arguments,
  guard: AddressGuard,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const { filled, rest } = fill(url, args);
  const target = new URL(filled);
  const inBody = method !== 'GET' && method !== 'DELETE';
  if (!inBody)
    for (const [name, value] of Object.entries(rest))
      target.searchParams.append(name, textOf(value));
  const answer = await boundedFetch(maxBytes, guard)(target, {
    method,
    headers: {
      accept: 'application/json, text/*;q=0.8',
      ...(inBody && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(inBody && { body: JSON.stringify(rest) }),
    signal,
  });
  const text = await answer.text();
  if (answer.status >= 300 && answer.status < 400)
    return { ok: false, text: `status ${answer.status}: it redirects, which is not followed` };
  return answer.ok ? { ok: true, text } : { ok: false, text: `status ${answer.status}: ${text}` };
}

/** Arguments become whole parts of the path or query: none can add a part of its own. */
function fill(url: string, args: Arguments): { filled: string; rest: Arguments } {
  const used = new Set<string>();
  const filled = url.replace(placeholder, (_, name: string) => {
    used.add(name);
    const text = textOf(args[name]);
    // A segment of dots would lead up, encoded or not.
    return /^\.+$/.test(text) ? '' : encodeURIComponent(text);
  });
  return { filled, rest: Object.fromEntries(Object.entries(args).filter(([n]) => !used.has(n))) };
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
