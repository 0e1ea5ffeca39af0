import { join } from 'node:path';
import { AgentProcesses } from '../dispatch/agent-processes.ts';
import type { Dispatch } from '../dispatch/dispatch.ts';
import type { Secrets } from '../keys/secrets.ts';
import { sleep } from '../lifetime/clock.ts';
import type { Ground } from './ground.ts';
import { localUrl } from './local-url.ts';

/**
 * An agent process makes little garbage, but V8 and malloc keep room for much. Measured with eight sessions: 175 MB with
 * these, 268 MB without, at the same CPU time (docs/performance.md).
 */
const agentNodeArgs = ['--max-semi-space-size=1', '--optimize-for-size'];
const agentMalloc = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };
/** Sessions end within milliseconds; storing their last turns may take a busy database longer. */
const drainMs = 10_000;

export function startAgents({ root, config, clock, log, scope }: Ground, secrets: Secrets): void {
  const { PATH = '', HOME = '' } = process.env;
  const program = join(root, 'dist/agent/agent.js');
  const agents = new AgentProcesses({
    count: config.agents.processes,
    nodeArgs: [...process.execArgv, ...agentNodeArgs, program, '--server', localUrl(config)],
    env: {
      PATH,
      HOME,
      ...agentMalloc,
      PARLEY_AGENT_SECRET: secrets.agentSecret,
      SESSIONS_PER_AGENT: String(config.agents.sessionsPerProcess),
      CPU_LIMIT_PERCENT: String(config.agents.cpuLimitPercent),
      LOG_FORMAT: 'json',
      LOG_LEVEL: config.log.level,
      LOG_PRIVATE: String(config.log.includePrivate),
    },
    drainMs,
    clock,
    log,
  });
  scope.defer('agent processes', () => agents.close());
}

/** Waits until a conversation could begin; at the first start an agent needs a few seconds. */
export async function agentIsReady({ clock, scope }: Ground, dispatch: Dispatch): Promise<void> {
  while (dispatch.count().free === 0) await sleep(clock, 50, scope.signal);
}
