import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** What an operating system tells of the machine: the one port to it, so that tests can be any machine. */
export interface Kernel {
  /** Of all cores together, since the machine started, in milliseconds. */
  cpuTimes(): { busyMs: number; allMs: number };
  /** Cores on which this process may run, whatever share of them it gets. */
  cores(): number;
  /** A small file of /proc or /sys; undefined where there is no such file. */
  text(path: string): string | undefined;
}

export const systemKernel: Kernel = {
  cpuTimes() {
    const times = { busyMs: 0, allMs: 0 };
    for (const { times: of } of cpus()) {
      const busyMs = of.user + of.nice + of.sys + of.irq;
      times.busyMs += busyMs;
      times.allMs += busyMs + of.idle;
    }
    return times;
  },
  cores: availableParallelism,
  text(path) {
    try {
      // The kernel answers these from memory.
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
};
