import { monitorEventLoopDelay } from 'node:perf_hooks';
import { availableParallelism } from 'node:os';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';

/** How hard this process works, over the time since the last look. */
export type Strain = {
  /** Of all the machine's cores, 0 to 1. */
  cpu: number;
  /** By how much nine of ten timers were late at most. Audio is paced in 20 ms frames with a little queued ahead. */
  lagMs: number;
};

export interface StrainMeter extends Closable {
  read(): Strain;
}

const resolutionMs = 20;

export function openStrainMeter(clock: Clock): StrainMeter {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let cpuBefore = process.cpuUsage();
  let beforeMs = clock.nowMs();
  return {
    read() {
      const nowMs = clock.nowMs();
      const used = process.cpuUsage(cpuBefore);
      const usedMs = (used.user + used.system) / 1_000;
      const coresMs = Math.max(1, nowMs - beforeMs) * availableParallelism();
      const p90Ms = delay.percentile(90) / 1_000_000;
      delay.reset();
      cpuBefore = process.cpuUsage();
      beforeMs = nowMs;
      return { cpu: Math.min(1, usedMs / coresMs), lagMs: Math.max(0, p90Ms - resolutionMs) };
    },
    close() {
      delay.disable();
    },
  };
}

/** Whether a process takes new rooms, with how many looks in a row spoke against that. */
export type Fitness = { overloaded: boolean; against: number };

export const fit: Fitness = { overloaded: false, against: 0 };

/**
 * Over these, the sessions that are there would suffer. Far above what a healthy process shows (2 ms of lag), so that
 * a busy moment, such as many rooms joined at once, does not turn callers away.
 */
const limits = { cpu: 0.95, lagMs: 150 };
/** Looks in a row, a second apart, that change the judgement: neither on one bad second nor back on one good one. */
const looks = 3;

export function judgeFitness(fitness: Fitness, { cpu, lagMs }: Strain): Fitness {
  const strained = cpu >= limits.cpu || lagMs >= limits.lagMs;
  if (strained === fitness.overloaded) return { ...fitness, against: 0 };
  const against = fitness.against + 1;
  return against >= looks ? { overloaded: strained, against: 0 } : { ...fitness, against };
}

/** What LiveKit weighs workers by, 0 to 1: the fuller or the busier, whichever is more. */
export function loadOf(sessions: number, maxSessions: number, { cpu }: Strain): number {
  return Math.min(1, Math.max(sessions / maxSessions, cpu));
}
