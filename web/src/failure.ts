/** Why there is no conversation, as far as the page can tell. */
export type Failure =
  | { kind: 'keyWanted'; refused: boolean }
  | { kind: 'busy'; retryAfterS: number; words: string | undefined }
  | { kind: 'refused'; status: number; words: string | undefined }
  | { kind: 'serverSilent' }
  | { kind: 'serverGone' }
  | { kind: 'mediaGone'; url: string; reason: string | undefined }
  | { kind: 'dropped'; reason: string };

export class ServerFailed extends Error {
  override readonly name = 'ServerFailed';

  constructor(readonly failure: Failure) {
    super(failure.kind);
  }
}

/** How long the page waits for the server, and then for the room, in milliseconds. */
export const patienceMs = 15_000;

export type Words = { title: string; advice: string };

/** What went wrong and what can be done about it. */
export function wordsFor(failure: Failure): Words {
  switch (failure.kind) {
    case 'keyWanted':
      return failure.refused
        ? { title: 'That key was refused', advice: 'Check it, or ask whoever runs this server.' }
        : {
            title: 'This server wants an API key',
            advice: 'It is kept for this tab only and forgotten when you close it.',
          };
    case 'busy':
      return {
        title: 'Every seat is taken',
        advice: failure.words ?? 'All voice agents are in other conversations.',
      };
    case 'refused':
      return {
        title:
          failure.status === 404 ? 'That character is not there' : 'The server refused to connect',
        advice: failure.words ?? `It answered with status ${failure.status} and gave no reason.`,
      };
    case 'serverSilent':
      return {
        title: 'The server did not answer in time',
        advice: `Nothing came within ${patienceMs / 1000} seconds. It may be starting up or overloaded; try again.`,
      };
    case 'serverGone':
      return {
        title: 'The server cannot be reached',
        advice: 'Check that it is running and that this device is on its network, then try again.',
      };
    case 'mediaGone':
      return {
        title: 'The media server cannot be reached',
        advice:
          `The API works, but no connection to LiveKit at ${failure.url} came about. A firewall may ` +
          'block its ports, or it announces an address that this device cannot reach.' +
          (failure.reason === undefined ? '' : ` The last word was: ${failure.reason}.`),
      };
    case 'dropped':
      return {
        title: 'The connection was lost',
        advice: `${failure.reason} The conversation is stored; you can continue it.`,
      };
  }
}

/** What a browser's refusal to open the microphone means. @param secure whether the page may ask at all */
export function microphoneWords(error: unknown, secure: boolean): Words {
  const name = error instanceof Error ? error.name : '';
  const typing = 'Typing works meanwhile.';
  if (!secure)
    return {
      title: 'No microphone on this address',
      advice: `Browsers open it only on HTTPS or localhost. ${typing}`,
    };
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return {
        title: 'The microphone is blocked',
        advice: `Allow it in the address bar's site settings, then press the microphone button. ${typing}`,
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return {
        title: 'No microphone was found',
        advice: `Plug one in, then press the microphone button. ${typing}`,
      };
    case 'NotReadableError':
    case 'AbortError':
      return {
        title: 'The microphone is in use',
        advice: `Another program holds it, or the system blocks it. ${typing}`,
      };
    default:
      return { title: 'The microphone did not start', advice: `Try its button again. ${typing}` };
  }
}
