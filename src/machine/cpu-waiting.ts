import { groupsOf } from './cpu-quota.ts';
import type { Kernel } from './kernel.ts';

/**
 * For how long something that could have run has waited for a CPU, in milliseconds since it was first counted: of our own
 * group of processes where the kernel tells that, else of the whole machine.
 * https://docs.kernel.org/accounting/psi.html
 * @returns undefined where the kernel does not tell
 */
export function findCpuWaiting(kernel: Kernel): (() => number | undefined) | undefined {
  const own = groupsOf(kernel).flatMap(({ folder }) =>
    folder === '' ? [] : [`/sys/fs/cgroup${folder}/cpu.pressure`],
  );
  const paths = [...own, '/sys/fs/cgroup/cpu.pressure', '/proc/pressure/cpu'];
  const path = paths.find((one) => someMs(kernel.text(one)) !== undefined);
  return path === undefined ? undefined : () => someMs(kernel.text(path));
}

function someMs(pressure = ''): number | undefined {
  const us = /^some .*\btotal=(\d+)$/m.exec(pressure)?.[1];
  return us === undefined ? undefined : Number(us) / 1_000;
}
