import { FakeClock } from '../fakes/fake-clock.ts';
import type { CallLog } from '../fakes/scripted-call.ts';
import { ScriptedProvider } from '../fakes/scripted-provider.ts';
import type { ScriptedStage } from '../fakes/scripted-stage.ts';
import type { Subject } from './subject.ts';

/** More than any timeout that the subjects are given. */
const timeoutMs = 1_000;
const timeouts = { firstMs: 900, idleMs: 500, totalMs: 1_000 };

/** A real client, opened on a scripted server with a clock that the test drives. */
export async function clientSubject<Provider, Request>(
  stageOf: (server: ScriptedProvider) => ScriptedStage<Request>,
  open: (
    settings: { baseUrl: string; apiKey: string; model: string },
    deps: { clock: FakeClock; timeouts: typeof timeouts },
  ) => Provider,
): Promise<Subject<Provider> & { server: ScriptedProvider }> {
  const server = await ScriptedProvider.open();
  const clock = new FakeClock();
  const stage = stageOf(server);
  const settings = { baseUrl: server.baseUrl, apiKey: 'secret-key', model: 'scripted' };
  return {
    server,
    provider: open(settings, { clock, timeouts }),
    clock,
    timeoutMs,
    requests: () => stage.counts.requests,
    arrived: (requests) => stage.until((counts) => counts.requests >= requests),
    aborted: (requests) => stage.until((counts) => counts.aborted >= requests),
    close: () => server.close(),
  };
}

/** An in-memory fake. Its calls are there as soon as they are made. */
export function fakeSubject<Provider extends { log: CallLog<unknown> }>(
  open: (clock: FakeClock) => Provider,
): Subject<Provider> {
  const clock = new FakeClock();
  const provider = open(clock);
  const { log } = provider;
  const reached = (what: string, count: number, wanted: number) =>
    count >= wanted ? Promise.resolve() : Promise.reject(new Error(`${count} ${what}`));
  return {
    provider,
    clock,
    timeoutMs,
    requests: () => log.calls.length,
    arrived: (wanted) => reached('calls arrived', log.calls.length, wanted),
    aborted: (wanted) => reached('calls ended', log.count('aborted') + log.count('failed'), wanted),
    close: () => Promise.resolve(),
  };
}
