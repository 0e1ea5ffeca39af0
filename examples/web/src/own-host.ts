/**
 * The SDK opens conversations at the `url` of its configuration, but asks two things of Convai's own host, whatever is
 * configured: who speaks (`/user/speaker/new`, when there is an `endUserId`) and, in its widget, what the character is
 * called (`/character/get`). Parley answers both under the same paths; this leads the page's requests there.
 */
const fixedHost = 'https://api.convai.com/';

/** @param serverUrl what the page has as its server now */
export function answerFromOwnHost(serverUrl: () => string): void {
  const fetchIt = globalThis.fetch.bind(globalThis);
  globalThis.fetch = (input, init) =>
    typeof input === 'string' && input.startsWith(fixedHost)
      ? fetchIt(`${serverUrl()}/${input.slice(fixedHost.length)}`, init)
      : fetchIt(input, init);
}
