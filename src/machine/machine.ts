import { findCpuQuota, type CpuQuota } from './cpu-quota.ts';
import { findCpuWaiting } from './cpu-waiting.ts';
import { systemKernel, type Kernel } from './kernel.ts';

/** What has been counted since the machine started; differences of two are what counts. */
export type MachineCounts = {
  /** Of all cores together. */
  busyMs: number;
  allMs: number;
  /** For how long something waited for a CPU; undefined where the kernel does not tell. */
  waitedMs: number | undefined;
  /** Undefined where our share of the CPU is not limited. */
  quota: CpuQuota | undefined;
};

export interface Machine {
  counts(): MachineCounts;
}

/** The machine as a whole, whoever uses it. */
export function openMachine(kernel: Kernel = systemKernel): Machine {
  const quota = findCpuQuota(kernel);
  const waited = findCpuWaiting(kernel);
  return {
    counts: () => ({ ...kernel.cpuTimes(), waitedMs: waited?.(), quota: quota?.() }),
  };
}

/** Cores that this process can have for itself: with a quota that may be a part of one. */
export function usableCores(kernel: Kernel = systemKernel): number {
  const quota = findCpuQuota(kernel)?.();
  return Math.min(kernel.cores(), quota?.cores ?? Infinity);
}
