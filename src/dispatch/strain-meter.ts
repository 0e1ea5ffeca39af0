import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import { openMachine, type Machine, type MachineCounts } from '../machine/machine.ts';
import type { Strain } from './strain.ts';

export interface StrainMeter extends Closable {
  /** Since the last time it was asked. */
  read(): Strain;
}

/** By how much timers were late. */
export interface LoopDelay extends Closable {
  /** Of nine in ten, at most, since the last time it was asked. */
  p90Ms(): number;
}

export type StrainMeterDeps = {
  clock: Clock;
  machine?: Machine;
  loopDelay?: LoopDelay;
  /** How far hearing lies behind, of the worst microphone. */
  microphoneLagMs?: () => number;
};

export function openStrainMeter({
  clock,
  machine = openMachine(),
  loopDelay = openLoopDelay(),
  microphoneLagMs = () => 0,
}: StrainMeterDeps): StrainMeter {
  let before = machine.counts();
  let beforeMs = clock.nowMs();
  return {
    read() {
      const now = machine.counts();
      const nowMs = clock.nowMs();
      const passedMs = Math.max(1, nowMs - beforeMs);
      const strain: Strain = {
        cpu: Math.max(cpuShare(before, now), quotaShare(before, now, passedMs)),
        cpuWaiting: share((now.waitedMs ?? 0) - (before.waitedMs ?? 0), passedMs),
        throttled: throttledShare(before, now),
        lagMs: loopDelay.p90Ms(),
        microphoneLagMs: microphoneLagMs(),
      };
      before = now;
      beforeMs = nowMs;
      return strain;
    },
    close: () => loopDelay.close(),
  };
}

function cpuShare(before: MachineCounts, now: MachineCounts): number {
  return share(now.busyMs - before.busyMs, now.allMs - before.allMs);
}

function quotaShare({ quota: before }: MachineCounts, { quota: now }: MachineCounts, ms: number) {
  return before && now ? share(now.usedMs - before.usedMs, now.cores * ms) : 0;
}

function throttledShare({ quota: before }: MachineCounts, { quota: now }: MachineCounts): number {
  return before && now
    ? share(now.throttledPeriods - before.throttledPeriods, now.periods - before.periods)
    : 0;
}

/** Counters that begin anew, as after a container was moved, count as nothing. */
function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

const resolutionMs = 20;

function openLoopDelay(): LoopDelay {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    p90Ms() {
      const p90Ms = delay.percentile(90) / 1_000_000;
      delay.reset();
      return Math.max(0, p90Ms - resolutionMs);
    },
    close() {
      delay.disable();
    },
  };
}
