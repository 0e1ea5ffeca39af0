import { ServerFailed, wordsFor } from '../failure.ts';

/** Why something did not work, in one sentence for whoever tried it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ServerFailed))
    return error instanceof Error ? error.message : 'Something went wrong. Try again.';
  const { failure } = error;
  switch (failure.kind) {
    case 'refused':
      return failure.words ?? `The server refused it with status ${failure.status}.`;
    case 'busy':
      return failure.words ?? 'The server is busy. Try again in a moment.';
    case 'keyWanted':
    case 'serverSilent':
    case 'serverGone':
    case 'mediaGone':
    case 'dropped':
      return wordsFor(failure).title + '.';
  }
}

/** Given up on purpose: nothing to tell anybody. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
