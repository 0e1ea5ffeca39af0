import { describe, expect, it } from 'vitest';
import { systemKernel } from '../../src/machine/kernel.ts';
import { openMachine, usableCores } from '../../src/machine/machine.ts';
import { FakeKernel } from '../fakes/fake-kernel.ts';

const pressure = (us: number) =>
  `some avg10=1.00 avg60=1.00 avg300=1.00 total=${us}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n`;
const stat = (used: number, periods: number, throttled: number) =>
  `usage_usec ${used}\nuser_usec 1\nsystem_usec 1\nnr_periods ${periods}\nnr_throttled ${throttled}\nthrottled_usec 5\n`;

describe('a machine', () => {
  it('of any kind says how busy its cores are', () => {
    const { busyMs, allMs } = openMachine(systemKernel).counts();
    expect(busyMs).toBeGreaterThanOrEqual(0);
    expect(allMs).toBeGreaterThanOrEqual(busyMs);
    expect(usableCores()).toBeGreaterThan(0);
  });

  it('that tells of nothing but its cores is fine', () => {
    expect(openMachine(new FakeKernel()).counts()).toEqual({
      ...{ busyMs: 0, allMs: 0, waitedMs: undefined, quota: undefined },
    });
    expect(usableCores(new FakeKernel({}, 6))).toBe(6);
  });

  it('tells how long something waited for a CPU', () => {
    const kernel = new FakeKernel({ '/proc/pressure/cpu': pressure(2_500_000) });
    expect(openMachine(kernel).counts().waitedMs).toBe(2_500);
  });

  it('tells of our own container rather than of everything around it', () => {
    const kernel = new FakeKernel({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cpu.pressure': pressure(1_000),
      '/proc/pressure/cpu': pressure(9_000_000),
    });
    expect(openMachine(kernel).counts().waitedMs).toBe(1);
  });
});

describe('a share of a machine', () => {
  it('is the quota of a container (cgroup v2)', () => {
    const kernel = new FakeKernel(
      {
        '/proc/self/cgroup': '0::/\n',
        '/sys/fs/cgroup/cpu.max': '150000 100000\n',
        '/sys/fs/cgroup/cpu.stat': stat(3_000_000, 40, 10),
      },
      8,
    );
    expect(usableCores(kernel)).toBe(1.5);
    expect(openMachine(kernel).counts().quota).toEqual({
      ...{ cores: 1.5, usedMs: 3_000, periods: 40, throttledPeriods: 10 },
    });
  });

  it('is the tightest of the groups around us', () => {
    const kernel = new FakeKernel(
      {
        '/proc/self/cgroup': '0::/system.slice/parley.service\n',
        '/sys/fs/cgroup/system.slice/parley.service/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/system.slice/cpu.max': '200000 100000\n',
        '/sys/fs/cgroup/system.slice/cpu.stat': stat(7_000, 1, 0),
      },
      8,
    );
    expect(openMachine(kernel).counts().quota).toMatchObject({ cores: 2, usedMs: 7 });
  });

  it('is the quota of a container whose path is the one of its host (cgroup v1)', () => {
    const kernel = new FakeKernel(
      {
        '/proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:cpuset:/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/cpu/cpu.stat': 'nr_periods 12\nnr_throttled 3\nthrottled_time 99\n',
        '/sys/fs/cgroup/cpuacct/cpuacct.usage': '4000000\n',
      },
      4,
    );
    expect(usableCores(kernel)).toBe(0.5);
    expect(openMachine(kernel).counts().quota).toEqual({
      ...{ cores: 0.5, usedMs: 4, periods: 12, throttledPeriods: 3 },
    });
  });

  it.each([
    ['v1', { '/proc/self/cgroup': '1:cpu:/\n', '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' }],
    ['v2', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' }],
    ['nonsense', { '/proc/self/cgroup': 'hello', '/sys/fs/cgroup/cpu.max': '?' }],
  ])('is all of it without a quota (%s)', (_what, files) => {
    const kernel = new FakeKernel(files, 3);
    expect(usableCores(kernel)).toBe(3);
    expect(openMachine(kernel).counts().quota).toBeUndefined();
  });
});
