import type { Response } from 'express';
import { PublicError } from '../errors/public-error.ts';

/** Nobody waits for the answer any more. Nobody is told, either: the status is for our log, in which it is no failure. */
class ClientLeft extends PublicError {
  override readonly name = 'ClientLeft';
  constructor() {
    super(499, 'client_left', 'The client has left.');
  }
}

/** Aborted when the client has left before it was answered, at once when it has left already. */
export function leavingOf(res: Response): AbortSignal {
  const left = new AbortController();
  const onClose = () => {
    if (!res.writableFinished) left.abort(new ClientLeft());
  };
  if (res.destroyed) onClose();
  else res.once('close', onClose);
  return left.signal;
}
