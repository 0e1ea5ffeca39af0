import type { Response } from 'express';

/** Aborted when the client has left before it was answered. */
export function leavingOf(res: Response): AbortSignal {
  const left = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) left.abort(new Error('the client has left'));
  });
  return left.signal;
}
