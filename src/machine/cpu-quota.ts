import type { Kernel } from './kernel.ts';

/** What a container may have of the CPU, and what it got since it was made. */
export type CpuQuota = {
  /** A share of time, in cores: 1.5 is a core and a half. */
  cores: number;
  usedMs: number;
  /** In each the quota is given anew, usually after 100 ms; when it is used up, everything stands still until then. */
  periods: number;
  throttledPeriods: number;
};

type Paths = { limit: string; stat: string; used: string };
/** How one version of cgroups spells it. */
type Spelling = {
  paths: (folder: string) => Paths;
  /** @returns undefined where there is no limit */
  cores: (kernel: Kernel, paths: Paths) => number | undefined;
  usedMs: (text: string) => number;
};

const root = '/sys/fs/cgroup';

/** https://docs.kernel.org/admin-guide/cgroup-v2.html, "CPU Interface Files". */
const second: Spelling = {
  paths: (folder) => ({
    limit: `${root}${folder}/cpu.max`,
    stat: `${root}${folder}/cpu.stat`,
    used: `${root}${folder}/cpu.stat`,
  }),
  cores: (kernel, { limit }) => {
    const [quota, period] = kernel.text(limit)?.trim().split(' ').map(Number) ?? [];
    return coresOf(quota, period);
  },
  usedMs: (text) => fieldOf(text, 'usage_usec') / 1_000,
};

/** https://docs.kernel.org/scheduler/sched-bwc.html and cgroup-v1/cpuacct.html. */
const first: Spelling = {
  paths: (folder) => ({
    limit: `${root}/cpu${folder}/cpu.cfs_quota_us`,
    stat: `${root}/cpu${folder}/cpu.stat`,
    used: `${root}/cpuacct${folder}/cpuacct.usage`,
  }),
  cores: (kernel, { limit }) => {
    const quota = kernel.text(limit);
    const period = kernel.text(limit.replace('cfs_quota_us', 'cfs_period_us'));
    return coresOf(Number(quota), Number(period));
  },
  usedMs: (text) => Number(text) / 1_000_000,
};

/**
 * The quota that holds for this process: its own or one of a group around it, whichever is the tightest.
 * @returns undefined where the CPU is not limited; else what reads it, undefined once it is gone
 */
export function findCpuQuota(kernel: Kernel): (() => CpuQuota | undefined) | undefined {
  const found = groupsOf(kernel).flatMap(({ spelling, folder }) => {
    const paths = spelling.paths(folder);
    const cores = spelling.cores(kernel, paths);
    return cores === undefined ? [] : [{ spelling, paths, cores }];
  });
  const [tightest] = found.sort((one, other) => one.cores - other.cores);
  if (!tightest) return undefined;
  const { spelling, paths } = tightest;
  return () => {
    const cores = spelling.cores(kernel, paths);
    if (cores === undefined) return undefined;
    const stat = kernel.text(paths.stat) ?? '';
    return {
      cores,
      usedMs: spelling.usedMs(kernel.text(paths.used) ?? ''),
      periods: fieldOf(stat, 'nr_periods'),
      throttledPeriods: fieldOf(stat, 'nr_throttled'),
    };
  };
}

/**
 * The folders of our group and of those around it, the innermost first. Inside a container the path may be the host's,
 * which is not there; the root, which then is the container's own group, always is.
 */
export function groupsOf(kernel: Kernel): { spelling: Spelling; folder: string }[] {
  const lines = kernel.text('/proc/self/cgroup')?.trim().split('\n') ?? [];
  return lines.flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isSecond = controllers === '' && path !== '';
    if (!isSecond && !controllers.split(',').includes('cpu')) return [];
    return ancestorsOf(path).map((folder) => ({ spelling: isSecond ? second : first, folder }));
  });
}

/** `/a/b` -> `/a/b`, `/a`, and the root as an empty text. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, cut) =>
    parts
      .slice(0, parts.length - cut)
      .map((part) => `/${part}`)
      .join(''),
  );
}

/** "max" and -1 mean no limit. */
function coresOf(quotaUs = NaN, periodUs = NaN): number | undefined {
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : undefined;
}

function fieldOf(stat: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
}
