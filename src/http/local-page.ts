import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
/** What a proxy or tunnel adds: then the peer is the proxy, and who stands behind it is not known. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
];

/**
 * Lets the playground page, and only that page, in without a key while it is used on the machine that it runs on.
 *
 * A request passes when every one of these holds; each closes a door that the others leave open:
 * - the TCP peer is loopback: nobody on the network;
 * - no header of a proxy or tunnel: a proxy on this machine makes all the world come from loopback;
 * - the Host is localhost, 127.0.0.1 or [::1]: a foreign name that was re-bound to 127.0.0.1 (DNS rebinding) keeps
 *   its name in Host;
 * - Origin, or Referer where the browser sends no Origin (GET), names that same Host: a proxy that adds no header of
 *   its own still leaves the public address there, and so does a page of another origin;
 * - Sec-Fetch-Site is `same-origin`: set by the browser, out of reach of scripts; a page on another port of localhost
 *   gets `same-site`, though cookies do not tell ports apart;
 * - a cookie holds a secret made at this start (SameSite=Strict, HttpOnly), given only with the page itself.
 * A bare `curl` on the same machine has none of the last three and needs a key. What can imitate a browser in full
 * is a program of a user of this machine, who could open the page just as well.
 */
export class LocalPage {
  readonly #secret = randomBytes(32).toString('base64url');

  /** Gives the cookie along with the page, when the page is asked for from here. */
  welcome(request: IncomingMessage, response: ServerResponse): void {
    if (!isLocal(request)) return;
    response.appendHeader(
      'Set-Cookie',
      `${cookieName(request)}=${this.#secret}; Path=/; HttpOnly; SameSite=Strict`,
    );
  }

  recognises(request: IncomingMessage): boolean {
    return (
      isLocal(request) &&
      request.headers['sec-fetch-site'] === 'same-origin' &&
      namesItself(request) &&
      this.#hasSecret(request)
    );
  }

  #hasSecret(request: IncomingMessage): boolean {
    const given = Buffer.from(cookie(request, cookieName(request)) ?? '');
    const secret = Buffer.from(this.#secret);
    return given.length === secret.length && timingSafeEqual(given, secret);
  }
}

/** Sent to this machine's own name by something on this machine, with no proxy between that says so. */
export function isLocal(request: IncomingMessage): boolean {
  return (
    isLoopback(request.socket.remoteAddress) &&
    proxyHeaders.every((name) => request.headers[name] === undefined) &&
    localHosts.has(originOf(`http://${request.headers.host ?? ''}`)?.hostname ?? '')
  );
}

/** Loopback by IPv4, IPv6, or IPv4 seen through an IPv6 socket. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}

function namesItself(request: IncomingMessage): boolean {
  const from = request.headers.origin ?? request.headers.referer;
  const own = originOf(`http://${request.headers.host ?? ''}`);
  return from !== undefined && own !== undefined && originOf(from)?.origin === own.origin;
}

function originOf(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** Two servers on one machine differ by port, and a browser sends the cookies of both to either. */
function cookieName(request: IncomingMessage): string {
  return `parley_page_${request.socket.localPort ?? 0}`;
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key = '', value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
