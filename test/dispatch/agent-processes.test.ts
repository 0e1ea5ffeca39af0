import { afterEach, describe, expect, it, vi } from 'vitest';
import { AgentProcesses } from '../../src/dispatch/agent-processes.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { processAlive } from '../fakes/process-alive.ts';

let processes: AgentProcesses;
afterEach(() => processes.close());

const start = (script: string, count = 1) => {
  processes = new AgentProcesses({
    count,
    nodeArgs: ['-e', script],
    env: {},
    drainMs: 2_000,
    clock: systemClock,
    log: silentLog,
  });
};
const soon = { timeout: 60_000 };
const lives = 'setInterval(() => {}, 1000)';

describe('the agent processes of a server', () => {
  it('run side by side, as many as asked for', async () => {
    start(lives, 2);
    await vi.waitFor(() => expect(processes.pids).toHaveLength(2), soon);
  });

  it('are replaced when one is killed', async () => {
    start(lives);
    await vi.waitFor(() => expect(processes.pids).toHaveLength(1), soon);
    const [first = 0] = processes.pids;
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => {
      expect(processes.pids).toHaveLength(1);
      expect(processes.pids).not.toEqual([first]);
    }, soon);
  });

  it('are asked to end, and gone when the close is over', async () => {
    start(`process.on('SIGTERM', () => process.exit(0)); ${lives}`);
    await vi.waitFor(() => expect(processes.pids).toHaveLength(1), soon);
    const [pid = 0] = processes.pids;
    await processes.close();
    expect(processAlive(pid)).toBe(false);
    expect(processes.pids).toEqual([]);
  });

  it('do not start again after the close, even when they could never run', async () => {
    start('process.exit(1)');
    await processes.close();
    expect(processes.pids).toEqual([]);
  });
});
