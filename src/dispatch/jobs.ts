import type { Clock } from '../lifetime/clock.ts';

/** LiveKit waits 10 s for the answer to an offer; an assignment that has not come by then will not come. */
const assignmentTimeoutMs = 10_000;

type HeldJob = { roomName: string } & (
  { state: 'offered'; cancelTimeout: () => void } | { state: 'running' }
);

/** The places of one worker: what it said yes to, and what runs. Never two jobs for one room, never more than `max`. */
export class Jobs {
  readonly #jobs = new Map<string, HeldJob>();
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly max: number,
    private readonly clock: Clock,
  ) {}

  get count(): number {
    return this.#jobs.size;
  }

  get isFull(): boolean {
    return this.#jobs.size >= this.max;
  }

  /** @returns whether a place was kept for it */
  offer(jobId: string, roomName: string): boolean {
    if (this.isFull || this.#jobs.has(jobId)) return false;
    for (const job of this.#jobs.values()) if (job.roomName === roomName) return false;
    const cancelTimeout = this.clock.after(assignmentTimeoutMs, () => this.end(jobId));
    this.#jobs.set(jobId, { state: 'offered', roomName, cancelTimeout });
    return true;
  }

  /** @returns the room, or undefined when no place is kept for this job */
  begin(jobId: string): string | undefined {
    const job = this.#jobs.get(jobId);
    if (job?.state !== 'offered') return undefined;
    job.cancelTimeout();
    this.#jobs.set(jobId, { state: 'running', roomName: job.roomName });
    return job.roomName;
  }

  end(jobId: string): void {
    this.#jobs.delete(jobId);
    if (this.#jobs.size > 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async allEnded(): Promise<void> {
    if (this.#jobs.size > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}
