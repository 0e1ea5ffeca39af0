import { asError, sleep, type Clock } from '../../src/lifetime/clock.ts';

/** What became of one call to an in-memory fake. */
export type CallOutcome = 'running' | 'completed' | 'failed' | 'aborted';

/** The record of one call; `outcome` changes as it goes on. */
export type Call<Input> = {
  input: Input;
  startedMs: number;
  endedMs: number | undefined;
  outcome: CallOutcome;
};

/** Steps of a script: the next call takes the next step, and the last one serves all calls that follow. */
export class Script<Step> {
  readonly #steps: Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = [...steps];
  }

  /** Appends steps. */
  then(...steps: Step[]): void {
    this.#steps.push(...steps);
  }

  /** Forgets what was left and begins with these. */
  from(...steps: Step[]): void {
    this.#steps.splice(0, this.#steps.length, ...steps);
  }

  next(): Step {
    const step = this.#steps.length > 1 ? this.#steps.shift() : this.#steps[0];
    if (step === undefined) throw new Error('the script is empty');
    return step;
  }
}

/** Records calls and lets scripted time pass in them. */
export class CallLog<Input> {
  readonly calls: Call<Input>[] = [];

  constructor(readonly clock: Clock) {}

  /** How many calls ended so far in this way, or still run. */
  count(outcome: CallOutcome): number {
    return this.calls.filter((call) => call.outcome === outcome).length;
  }

  begin(input: Input): Call<Input> {
    const startedMs = this.clock.nowMs();
    const call: Call<Input> = { input, startedMs, endedMs: undefined, outcome: 'running' };
    this.calls.push(call);
    return call;
  }

  end(call: Call<Input>, outcome: CallOutcome): void {
    if (call.outcome !== 'running') return;
    call.outcome = outcome;
    call.endedMs = this.clock.nowMs();
  }

  /** Lets `ms` of the clock pass; `Infinity` hangs until the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === Number.POSITIVE_INFINITY) await aborted(signal);
    else if (ms > 0) await sleep(this.clock, ms, signal);
    else if (signal.aborted) throw asError(signal.reason);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(asError(signal.reason));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
