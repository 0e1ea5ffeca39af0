import type { Dispatch } from '../dispatch/dispatch.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** A turn that has ended, as its stages' durations. */
export function observe(metrics: Metrics, turn: TurnRecord): void {
  const { providers = {}, ...stages } = turn.stages;
  metrics.turn({ ...turn, stages, providers });
}

/** Who serves, and how many they serve. */
export function gauges(metrics: Metrics, dispatch: Dispatch): void {
  metrics.gauge('agents', 'Connected agent processes.', () => dispatch.count().agents);
  metrics.gauge('sessions_live', 'Sessions whose client is there.', () => dispatch.count().live);
  metrics.gauge(
    'sessions_claimed',
    'Sessions that wait for their client.',
    () => dispatch.count().claimed,
  );
  metrics.gauge('rooms_warm', 'Rooms in which an agent waits.', () => dispatch.count().warm);
  metrics.gauge('sessions_free', 'Sessions that could begin now.', () => dispatch.count().free);
  metrics.gaugeBy(
    'agents_full',
    'reason',
    'Agent processes that take no new sessions, by the reason.',
    () => dispatch.fullAgents(),
  );
}
