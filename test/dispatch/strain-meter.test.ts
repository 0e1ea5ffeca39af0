import { beforeEach, describe, expect, it } from 'vitest';
import { openStrainMeter, type StrainMeter } from '../../src/dispatch/strain-meter.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { openMachine } from '../../src/machine/machine.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeKernel } from '../fakes/fake-kernel.ts';

const waited = (ms: number) => `some avg10=0 avg60=0 avg300=0 total=${ms * 1_000}\n`;
const used = (ms: number, periods: number, throttled: number) =>
  `usage_usec ${ms * 1_000}\nnr_periods ${periods}\nnr_throttled ${throttled}\n`;

let clock: FakeClock;
let kernel: FakeKernel;
let lagMs: number;

beforeEach(() => {
  clock = new FakeClock();
  lagMs = 0;
});

function meterOn(files: Record<string, string>): StrainMeter {
  kernel = new FakeKernel(files);
  return openStrainMeter({
    clock,
    machine: openMachine(kernel),
    loopDelay: { p90Ms: () => lagMs, close: () => undefined },
    microphoneLagMs: () => 120,
  });
}

describe('the strain meter', () => {
  it('reads what everybody on the machine uses since it was asked last', async () => {
    const meter = meterOn({ '/proc/pressure/cpu': waited(100) });
    await clock.advance(1_000);
    kernel.pass(1_000, 0.75);
    kernel.files['/proc/pressure/cpu'] = waited(400);
    lagMs = 7;
    expect(meter.read()).toEqual({
      ...{ cpu: 0.75, cpuWaiting: 0.3, throttled: 0, lagMs: 7, microphoneLagMs: 120 },
    });
    await clock.advance(1_000);
    kernel.pass(1_000, 0.25);
    expect(meter.read()).toMatchObject({ cpu: 0.25, cpuWaiting: 0 });
  });

  it('reads how much of its quota a container has used on a machine that is idle', async () => {
    const stat = '/sys/fs/cgroup/cpu.stat';
    const meter = meterOn({
      ...{ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '50000 100000' },
      [stat]: used(1_000, 100, 10),
    });
    await clock.advance(1_000);
    kernel.pass(1_000, 0.1);
    kernel.files[stat] = used(1_450, 110, 14);
    expect(meter.read()).toMatchObject({ cpu: 0.9, throttled: 0.4 });
  });

  it('makes nothing of counters that begin anew', async () => {
    const meter = meterOn({ '/proc/pressure/cpu': waited(5_000) });
    await clock.advance(1_000);
    kernel.files['/proc/pressure/cpu'] = waited(1);
    expect(meter.read()).toMatchObject({ cpu: 0, cpuWaiting: 0 });
  });

  it('works on the machine that we are on', () => {
    const meter = openStrainMeter({ clock: systemClock });
    const { cpu, cpuWaiting, lagMs: late } = meter.read();
    void meter.close();
    for (const share of [cpu, cpuWaiting]) expect(share).toBeGreaterThanOrEqual(0);
    for (const share of [cpu, cpuWaiting]) expect(share).toBeLessThanOrEqual(1);
    expect(late).toBeGreaterThanOrEqual(0);
  });
});
