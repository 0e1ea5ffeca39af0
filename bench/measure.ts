import { setTimeout as delay } from 'node:timers/promises';
import type { Callers } from './callers-link.ts';
import type { AgentUse, Row } from './figures.ts';
import type { Subject } from './own-server.ts';
import { cpuMsOf, rssMbOf } from './processes.ts';
import type { BenchProvider } from './provider.ts';

export type MeasureDeps = {
  subject: Subject;
  callers: Callers;
  provider: BenchProvider;
  say: (text: string) => void;
};

/** A process that has just started still tidies up. */
const settleMs = 6_000;
const quietMs = 10_000;
const leastConnects = 20;
/** The server makes new warm rooms meanwhile. */
const betweenConnectsMs = 1_200;
const sampleEveryMs = 1_000;

/** One row: idle, all connected and quiet, all talking, then connects alone. */
export async function measure(sessions: number, turns: number, deps: MeasureDeps): Promise<Row> {
  const { subject, callers, provider, say } = deps;
  const { url, apiKey, characterId } = subject;
  const ask = { count: sessions, url, apiKey, characterId, again: false };
  say('settling');
  await delay(settleMs);
  const watch = new AgentWatch(subject.agentPids());
  const requestsBefore = total(provider);

  say('connecting');
  const connected = await callers.connect({ ...ask, stay: true });
  say(`quiet for ${quietMs / 1000} s`);
  const quietCpuMs = await watch.cpuDuring(sessions, () => delay(quietMs));
  let onFirstFinished: () => void = () => undefined;
  const firstFinished = new Promise<void>((resolve) => (onFirstFinished = resolve));
  const talking = callers.talk(turns, (progress) => {
    say(`talking: ${progress.turns} of ${sessions * turns} turns`);
    if (progress.finishedCallers > 0) onFirstFinished();
  });
  const talkingCpuMs = await watch.cpuDuring(sessions, () =>
    Promise.race([firstFinished, talking]),
  );
  const talked = await talking;
  const use = watch.close({ quietCpuMs, talkingCpuMs });
  await callers.leave();
  const requestsAfter = total(provider);

  const readyMs = [...connected.readyMs];
  const failures = [...connected.failures, ...talked.failures];
  while (readyMs.length < leastConnects && failures.length < leastConnects) {
    say(`connecting: ${readyMs.length} of ${leastConnects}`);
    await delay(betweenConnectsMs);
    const more = await callers.connect({ ...ask, stay: false });
    readyMs.push(...more.readyMs);
    failures.push(...more.failures);
    await callers.leave();
  }
  for (const failure of failures) say(`failed: ${failure}\n`);
  return {
    sessions,
    readyMs,
    soundMs: talked.soundMs,
    silenceMs: talked.silenceMs,
    stages: talked.stages,
    pauses: talked.pauses,
    cutIns: talked.cutIns,
    failures: failures.length,
    use,
    provider: {
      requests: requestsAfter.requests - requestsBefore.requests,
      aborted: requestsAfter.aborted - requestsBefore.aborted,
    },
  };
}

/** Looks at what the agent processes use while the callers are busy. */
class AgentWatch {
  readonly #idleMb: number;
  #mostMb: number;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(private readonly pids: readonly number[]) {
    this.#idleMb = this.#mostMb = pids.length > 0 ? rssMbOf(pids) : 0;
    if (pids.length === 0) return;
    this.#timer = setInterval(() => {
      this.#mostMb = Math.max(this.#mostMb, rssMbOf(pids));
    }, sampleEveryMs);
  }

  /** CPU-milliseconds per second of each session while `work` runs. */
  async cpuDuring(sessions: number, work: () => Promise<unknown>): Promise<number> {
    const [fromMs, cpuBeforeMs] = [performance.now(), cpuMsOf(this.pids)];
    await work();
    const seconds = (performance.now() - fromMs) / 1000;
    return (cpuMsOf(this.pids) - cpuBeforeMs) / seconds / sessions;
  }

  close(cpu: Pick<AgentUse, 'quietCpuMs' | 'talkingCpuMs'>): AgentUse | undefined {
    clearInterval(this.#timer);
    if (this.pids.length === 0) return undefined;
    return { idleMb: this.#idleMb, mostMb: this.#mostMb, ...cpu };
  }
}

function total({ counts }: BenchProvider): { requests: number; aborted: number } {
  const stages = Object.values(counts);
  return {
    requests: stages.reduce((sum, { requests }) => sum + requests, 0),
    aborted: stages.reduce((sum, { aborted }) => sum + aborted, 0),
  };
}
