import type { Callers } from './callers-link.ts';
import type { Subject } from './own-server.ts';
import { fdsOf, rssMbOf, threadsOf } from './processes.ts';

export type EnduranceDeps = { subject: Subject; callers: Callers; say: (text: string) => void };

/** What the agent processes hold at one moment. */
type Holding = { atMs: number; visits: number; mb: number; threads: number; files: number };

export type Endurance = {
  visits: number;
  turns: number;
  /** Answers and interruptions whose sound or silence was really heard. */
  heard: { answers: number; silences: number };
  cutIns: number;
  failures: string[];
  /** The first after a tenth of the whole: until then a process grows into its work. */
  holdings: Holding[];
};

const turnsOfAVisit = 6;
const samples = 10;

/** Callers that talk, interrupt, leave and come back to their conversations, for so many minutes. */
export async function soak(
  sessions: number,
  minutes: number,
  deps: EnduranceDeps,
): Promise<Endurance> {
  const run = new Run(deps);
  const untilMs = performance.now() + minutes * 60_000;
  for (let round = 0; performance.now() < untilMs; round++) {
    await run.visit(sessions, turnsOfAVisit, round > 0);
    run.sample((minutes * 60_000) / samples);
  }
  return run.result();
}

/** So many short sessions, a few at once: each connects, is greeted and leaves. */
export async function churn(visits: number, atOnce: number, deps: EnduranceDeps) {
  const run = new Run(deps);
  while (run.visits < visits) {
    await run.visit(Math.min(atOnce, visits - run.visits), 0, false);
    run.sample(0);
  }
  return run.result();
}

class Run {
  visits = 0;
  readonly #fromMs = performance.now();
  readonly #result: Omit<Endurance, 'visits' | 'holdings'> = {
    turns: 0,
    heard: { answers: 0, silences: 0 },
    cutIns: 0,
    failures: [],
  };
  readonly #holdings: Holding[] = [];

  constructor(private readonly deps: EnduranceDeps) {}

  async visit(count: number, turns: number, again: boolean): Promise<void> {
    const { subject, callers, say } = this.deps;
    const { url, apiKey, characterId } = subject;
    const ask = { count, url, apiKey, characterId, again, stay: turns > 0 };
    const connected = await callers.connect(ask);
    this.#result.failures.push(...connected.failures);
    if (turns > 0) {
      const talked = await callers.talk(turns, () => undefined);
      this.#result.turns += count * turns;
      this.#result.heard.answers += talked.soundMs.length;
      this.#result.heard.silences += talked.silenceMs.length;
      this.#result.cutIns += talked.cutIns;
      this.#result.failures.push(...talked.failures);
    }
    await callers.leave();
    this.visits += count;
    say(`${this.visits} sessions, ${this.#result.failures.length} failures`);
  }

  /** @param leastMs since the last one */
  sample(leastMs: number): void {
    const atMs = performance.now() - this.#fromMs;
    const last = this.#holdings.at(-1);
    if (last && atMs - last.atMs < leastMs) return;
    const pids = this.deps.subject.agentPids();
    this.#holdings.push({
      atMs,
      visits: this.visits,
      mb: rssMbOf(pids),
      threads: threadsOf(pids),
      files: fdsOf(pids),
    });
  }

  result(): Endurance {
    const every = Math.max(1, Math.floor(this.#holdings.length / samples));
    const holdings = this.#holdings.filter(
      (_, index) => index % every === every - 1 || index === this.#holdings.length - 1,
    );
    return { visits: this.visits, ...this.#result, holdings };
  }
}

export function enduranceTable({
  visits,
  turns,
  heard,
  cutIns,
  failures,
  holdings,
}: Endurance): string {
  const rows = holdings.map(
    ({ atMs, visits: after, mb, threads, files }) =>
      `| ${(atMs / 60_000).toFixed(1)} | ${after} | ${Math.round(mb)} | ${threads} | ${files} |`,
  );
  const first = holdings[0]?.mb ?? Number.NaN;
  const growth = ((holdings.at(-1)?.mb ?? Number.NaN) / first - 1) * 100;
  return [
    `${visits} sessions, ${turns} turns, ${heard.answers} answers and ${heard.silences} interruptions heard, ` +
      `${cutIns} pauses spoken into, ${failures.length} failures; memory ${growth >= 0 ? '+' : ''}${growth.toFixed(1)}% from first to last.`,
    '',
    '| minute | sessions so far | agent MB | threads | open files |',
    '| ------ | --------------- | -------- | ------- | ---------- |',
    ...rows,
    ...failures.map((failure) => `- ${failure}`),
  ].join('\n');
}
