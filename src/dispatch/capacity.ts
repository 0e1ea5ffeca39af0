import type { Clock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { StrainMeter } from './strain-meter.ts';
import {
  fit,
  judgeFitness,
  loadOf,
  meanOf,
  type StrainCause,
  type StrainLimits,
} from './strain.ts';

/** Rooms with a session, and the characters in them all. */
type Held = { rooms: number; characters: number };

export type CapacityDeps = {
  /** Places: a room takes one, a room with several characters one for each of them. */
  maxSessions: number;
  strain: StrainMeter;
  limits: StrainLimits;
  held: () => Held;
  clock: Clock;
  log: Log;
};

/** A room that waits for an agent is offered by LiveKit within 205 ms; one that is not taken is tried again. */
const openForMs = 2_000;

/** How much more this process can carry. */
export class Capacity {
  #fitness = fit;
  /** Until then rooms that were admitted before are taken, strained or not. */
  #openUntilMs = -Infinity;

  constructor(private readonly deps: CapacityDeps) {}

  /** Asks the meter; to be called once a second. */
  look(): void {
    const { strain, limits, held, log } = this.deps;
    const before = this.#fitness.strainedBy;
    this.#fitness = judgeFitness(this.#fitness, strain.read(), limits);
    const { strainedBy, looks } = this.#fitness;
    if (strainedBy === before) return;
    const fields = { strainedBy, before, ...meanOf(looks), ...held() };
    if (strainedBy === null) log.info(fields, 'there is capacity for new sessions again');
    else log.warn(fields, 'no capacity for new sessions: those that are here would suffer');
  }

  /** Rooms that were admitted before have lost their agent, or never got one: for a moment they are taken. */
  openUp(): void {
    this.#openUntilMs = this.deps.clock.nowMs() + openForMs;
  }

  /** Null when fit. Who has no session has nobody to protect, and takes the first one whatever the machine is doing. */
  get strainedBy(): StrainCause | null {
    return this.deps.held().rooms > 0 ? this.#fitness.strainedBy : null;
  }

  /** @param jobs rooms that it has, warm ones included */
  load(jobs: number): number {
    return loadOf(this.#taken(jobs), this.deps.maxSessions, meanOf(this.#fitness.looks));
  }

  /** Whether it could have one room more. */
  hasRoom(jobs: number): boolean {
    const { clock, maxSessions } = this.deps;
    const isOpen = this.strainedBy === null || clock.nowMs() < this.#openUntilMs;
    return isOpen && this.#taken(jobs) < maxSessions;
  }

  /** Places: of every room one, and of further characters in it. */
  #taken(jobs: number): number {
    const { rooms, characters } = this.deps.held();
    return jobs + characters - rooms;
  }
}
