import type { FullBecause } from '../protocol/journal.ts';
import { countPool, placesLeft, type Pool } from './pool.ts';

/** Why no new session is let in. */
export type WhyFull = FullBecause | 'no_agent' | 'places' | 'closing';

/** For which a connected agent takes nothing new. */
export type AgentReason = FullBecause | 'places';

/** Null while a session could begin. */
export function whyFull(pool: Pool): WhyFull | null {
  if (pool.closing) return 'closing';
  const { free, accepting } = countPool(pool);
  if (free > 0) return null;
  if (accepting > 0) return 'places';
  const statuses = [...pool.agents.values()].flatMap((status) => status?.full ?? []);
  // An agent that is strained says more than one that is on its way out.
  const strained = statuses.find((full) => full !== 'draining' && full !== 'livekit_away');
  return strained ?? statuses[0] ?? 'no_agent';
}

/** How many agents take nothing new, by their reason. */
export function fullAgents(pool: Pool): Record<AgentReason, number> {
  const full: Record<AgentReason, number> = {
    draining: 0,
    livekit_away: 0,
    cpu: 0,
    cpu_waiting: 0,
    cpu_quota: 0,
    event_loop: 0,
    microphone_lag: 0,
    places: 0,
  };
  for (const [agentId, status] of pool.agents) {
    if (!status) continue;
    if (status.full !== null) full[status.full]++;
    else if (placesLeft(pool, agentId) === 0) full.places++;
  }
  return full;
}
