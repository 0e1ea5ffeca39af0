import { PublicError } from '../errors/public-error.ts';

/** Every agent process is full, or none is there. */
export class NoAgentFree extends PublicError {
  override readonly name = 'NoAgentFree';
  constructor(retryAfterSeconds: number) {
    super(503, 'no_agent_free', 'Every voice agent is busy. Try again soon.', {
      retryAfterSeconds,
    });
  }
}
