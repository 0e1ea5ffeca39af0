import { PublicError } from '../errors/public-error.ts';
import type { WhyFull } from './why-full.ts';

const told: Record<WhyFull, string> = {
  places: 'Every voice agent is busy.',
  no_agent: 'No voice agent is there.',
  draining: 'No voice agent is there: the last ones are being stopped.',
  closing: 'The server is being stopped.',
  livekit_away: 'No voice agent is there: they wait for the media server.',
  cpu: 'Every voice agent is busy: the machine has no CPU to spare.',
  cpu_waiting: 'Every voice agent is busy: the machine has no CPU to spare.',
  cpu_quota: 'Every voice agent is busy: their share of the CPU is used up.',
  event_loop: 'Every voice agent is busy with the conversations that it has.',
  microphone_lag: 'Every voice agent is busy with the conversations that it has.',
};

/** No agent process can take a session without harm to those that run. */
export class NoAgentFree extends PublicError {
  override readonly name = 'NoAgentFree';
  constructor(
    readonly why: WhyFull,
    retryAfterSeconds: number,
  ) {
    super(503, 'no_agent_free', `${told[why]} Try again soon.`, {
      cause: { why },
      retryAfterSeconds,
    });
  }
}
