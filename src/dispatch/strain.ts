import type { FullBecause } from '../protocol/journal.ts';

/** How hard it is to speak and hear in time here: each is what it was since the last look. */
export type Strain = {
  /** Busy share of what there is, of all cores or of our quota, whichever is the fuller: 0 to 1. Whoever uses it. */
  cpu: number;
  /** Share of the time in which something that could run waited for a CPU. */
  cpuWaiting: number;
  /** Share of the quota's periods in which the kernel let us stand still. */
  throttled: number;
  /** By how much nine of ten timers were late at most. Voices are paced with 40 ms in hand. */
  lagMs: number;
  /** How far what is heard lies behind what is said. */
  microphoneLagMs: number;
};

export const noStrain: Strain = {
  cpu: 0,
  cpuWaiting: 0,
  throttled: 0,
  lagMs: 0,
  microphoneLagMs: 0,
};

type Limit = {
  /** Full from here on. */ from: number;
  /** Until it is below this. */ until: number;
};
export type StrainLimits = Record<keyof Strain, Limit>;

/**
 * Where the sessions that are there would suffer. Two cores with eight sessions, LiveKit and all callers were 60% busy
 * and had something waiting half of the time, with timers 2 ms late, and every bar was held; with sixteen they were all
 * used, and answers took 2 s instead of 0.6.
 * @param cpu share of the machine, 0 to 1
 */
export function strainLimits(cpu: number): StrainLimits {
  return {
    cpu: { from: cpu, until: Math.max(0, cpu - 0.1) },
    cpuWaiting: { from: 0.9, until: 0.75 },
    throttled: { from: 0.25, until: 0.1 },
    lagMs: { from: 60, until: 30 },
    microphoneLagMs: { from: 250, until: 120 },
  };
}

/** Only the number of sessions counts. */
export const unlimited: StrainLimits = {
  cpu: { from: Infinity, until: Infinity },
  cpuWaiting: { from: Infinity, until: Infinity },
  throttled: { from: Infinity, until: Infinity },
  lagMs: { from: Infinity, until: Infinity },
  microphoneLagMs: { from: Infinity, until: Infinity },
};

const causes = {
  throttled: 'cpu_quota',
  cpu: 'cpu',
  cpuWaiting: 'cpu_waiting',
  lagMs: 'event_loop',
  microphoneLagMs: 'microphone_lag',
} as const satisfies Record<keyof Strain, FullBecause>;
const measures = ['throttled', 'cpu', 'cpuWaiting', 'lagMs', 'microphoneLagMs'] as const;
export type StrainCause = (typeof causes)[keyof Strain];

/** Whether new sessions would be too many, with the looks that it was judged by. */
export type Fitness = { strainedBy: StrainCause | null; looks: readonly Strain[] };

export const fit: Fitness = { strainedBy: null, looks: [] };

/**
 * Looks, a second apart, of which the mean is judged: eight callers at once take all of two cores for less than three of
 * them, and turn nobody away.
 */
const windowLooks = 5;

/**
 * Pure. One limit to become strained and a lower one to be fit again, so that it does not change with every look; the lower
 * one is of what strained it, for what was always below its limit turns nobody away.
 */
export function judgeFitness(fitness: Fitness, strain: Strain, limits: StrainLimits): Fitness {
  const looks = [...fitness.looks, strain].slice(-windowLooks);
  if (looks.length < windowLooks) return { ...fitness, looks };
  const mean = meanOf(looks);
  const measure = measures.find(
    (name) => mean[name] >= limits[name][causes[name] === fitness.strainedBy ? 'until' : 'from'],
  );
  return { strainedBy: measure === undefined ? null : causes[measure], looks };
}

export function meanOf(looks: readonly Strain[]): Strain {
  const mean = { ...noStrain };
  for (const look of looks) for (const name of measures) mean[name] += look[name] / looks.length;
  return mean;
}

/** What workers are weighed by, 0 to 1: 1 is full. What is left of places counts as much as what is left of the CPU. */
export function loadOf(taken: number, places: number, { cpu }: Strain): number {
  return 1 - (1 - Math.min(1, taken / places)) * (1 - cpu);
}
