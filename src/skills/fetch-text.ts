import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';

/** A forecast has 2 kB, a feed some hundred. */
const mostBytes = 1_000_000;
const timeoutMs = 6_000;
const mostRedirects = 5;

/** The source answered with an error, with more than any forecast or feed has, or with what cannot be told. */
export class SourceUnfit extends Error {
  override readonly name = 'SourceUnfit';
}

/** GETs a text from an address that the operator configured, within a time and a size. @throws whatever goes wrong */
export async function fetchText(url: URL, clock: Clock, signal: AbortSignal): Promise<string> {
  const limit = deadline(clock, `asking ${url.host}`, timeoutMs, signal);
  try {
    const answer = await ask(url, limit.signal);
    if (!answer.ok) throw new SourceUnfit(`status ${answer.status}`);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | null = answer.body;
    for await (const piece of body ?? []) {
      bytes += piece.byteLength;
      if (bytes > mostBytes) throw new SourceUnfit(`more than ${mostBytes} bytes`);
      pieces.push(piece);
    }
    return decoded(Buffer.concat(pieces), answer.headers.get('content-type') ?? '');
  } finally {
    limit.clear();
  }
}

/** Redirects are followed at the same server only: the operator chose this one, and may be inside its network. */
async function ask(url: URL, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await fetch(at, {
      signal,
      redirect: 'manual',
      headers: { Accept: 'application/json, application/rss+xml, application/xml, text/xml, */*' },
    });
    if (![301, 302, 303, 307, 308].includes(answer.status)) return answer;
    await answer.body?.cancel();
    const next = new URL(answer.headers.get('location') ?? '', at);
    if (next.origin !== url.origin) throw new SourceUnfit(`sends to ${next.host}`);
    at = next;
  }
  throw new SourceUnfit(`more than ${mostRedirects} redirects`);
}

/**
 * Feeds of Chinese papers may still come in GBK, and then only their own first line may say so.
 * @throws what the decoder throws for bytes that are no text of that kind: garbage is not told
 */
function decoded(bytes: Buffer, contentType: string): string {
  const inHeader = /charset="?([\w-]+)/i.exec(contentType)?.[1];
  const inText = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)/i.exec(
    bytes.subarray(0, 300).toString('latin1').replace(/^ï»¿/, ''),
  )?.[1];
  return new TextDecoder(inHeader ?? inText ?? 'utf-8', { fatal: true }).decode(bytes);
}
