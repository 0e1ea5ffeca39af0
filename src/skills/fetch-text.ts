import type { Clock } from '../lifetime/clock.ts';
import { deadline } from '../lifetime/deadline.ts';

/** A forecast has 2 kB, a feed some hundred. */
const mostBytes = 1_000_000;
const timeoutMs = 6_000;

/** The source answered with an error, or with more than any forecast or feed has. */
export class SourceUnfit extends Error {
  override readonly name = 'SourceUnfit';
}

/** GETs a text from an address that the operator configured, within a time and a size. @throws whatever goes wrong */
export async function fetchText(url: URL, clock: Clock, signal: AbortSignal): Promise<string> {
  const limit = deadline(clock, `asking ${url.host}`, timeoutMs, signal);
  try {
    const answer = await fetch(url, {
      signal: limit.signal,
      headers: { Accept: 'application/json, application/rss+xml, application/xml, text/xml, */*' },
    });
    if (!answer.ok) throw new SourceUnfit(`status ${answer.status}`);
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const body: AsyncIterable<Uint8Array> | null = answer.body;
    for await (const piece of body ?? []) {
      bytes += piece.byteLength;
      if (bytes > mostBytes) throw new SourceUnfit(`more than ${mostBytes} bytes`);
      pieces.push(piece);
    }
    const charset = /charset="?([\w-]+)/i.exec(answer.headers.get('content-type') ?? '')?.[1];
    return decoderFor(charset).decode(Buffer.concat(pieces));
  } finally {
    limit.clear();
  }
}

/** Feeds of Chinese papers may still come in GBK. */
function decoderFor(charset = 'utf-8') {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
