import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A finished HTTP request. `route` is the pattern (`/connect`), never the path: ids would make endless series. */
type HttpObservation = { route: string; method: string; status: number; seconds: number };

type ProviderTime = { ttfbMs?: number | undefined; processingMs?: number | undefined };

/** A finished turn: how it ended, and its stages in milliseconds by their name (`llmFirstTokenMs`, ...). */
type TurnObservation = {
  status: string;
  origin: string;
  stages: Readonly<Record<string, number | boolean | undefined>>;
  /** The providers' own times, by stage (`stt`, `llm`, `tts`). */
  providers?: Readonly<Record<string, ProviderTime | undefined>>;
};

export interface Metrics {
  http(observation: HttpObservation): void;
  turn(observation: TurnObservation): void;
  /** Publishes a number that is read when someone asks, as `parley_<name>`. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same for several numbers, told apart by one label. */
  gaugeBy(name: string, label: string, help: string, read: () => Record<string, number>): void;
  /** A session that was not let in. */
  refused(why: string): void;
  /** The Prometheus text and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

/** Steps around what a conversation feels: 100 ms at once, 1 s slow, 10 s broken. */
const turnBuckets = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];
const httpBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A registry of its own, so that two servers in one process (tests) do not share their numbers. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  const requests = new Counter({
    name: 'parley_http_requests_total',
    help: 'HTTP requests by route, method and status.',
    labelNames: ['route', 'method', 'status'] as const,
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'parley_http_request_seconds',
    help: 'Time to answer an HTTP request.',
    labelNames: ['route', 'method'] as const,
    buckets: httpBuckets,
    registers,
  });
  const turns = new Counter({
    name: 'parley_turns_total',
    help: 'Turns of conversations by what brought them about and how they ended.',
    labelNames: ['origin', 'status'] as const,
    registers,
  });
  const turnSeconds = new Histogram({
    name: 'parley_turn_stage_seconds',
    help: "Seconds from the end of the user's speech, or from their text, to each stage of the answer.",
    labelNames: ['stage', 'origin'] as const,
    buckets: turnBuckets,
    registers,
  });
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, buckets: turnBuckets, registers });
  const refusals = new Counter({
    name: 'parley_sessions_refused_total',
    help: 'Sessions that were not let in because no agent was free, by the reason.',
    labelNames: ['reason'] as const,
    registers,
  });
  const durations = new Map([
    [
      'bargeInToSilenceMs',
      histogram('parley_barge_in_to_silence_seconds', 'Seconds from a barge-in to silence.'),
    ],
    ['heardMs', histogram('parley_heard_seconds', 'Seconds of an answer that were heard.')],
    [
      'recallMs',
      histogram('parley_recall_seconds', 'Seconds for which documents and memory were searched.'),
    ],
  ]);
  const ofProviders = (name: string, help: string) =>
    new Histogram({ name, help, labelNames: ['stage'] as const, buckets: turnBuckets, registers });
  const ttfb = ofProviders(
    'parley_provider_ttfb_seconds',
    'Seconds from the first input to a provider to its first output in a turn.',
  );
  const processing = ofProviders(
    'parley_provider_processing_seconds',
    'Seconds a provider was waited for in a turn, all its calls together.',
  );

  return {
    http({ route, method, status, seconds }) {
      requests.inc({ route, method, status: String(status) });
      requestSeconds.observe({ route, method }, seconds);
    },
    turn({ status, origin, stages, providers = {} }) {
      turns.inc({ origin, status });
      for (const [name, ms] of Object.entries(stages)) {
        if (typeof ms !== 'number' || !name.endsWith('Ms')) continue;
        const duration = durations.get(name);
        if (duration) duration.observe(ms / 1000);
        else turnSeconds.observe({ stage: name.slice(0, -2), origin }, ms / 1000);
      }
      for (const [stage, time] of Object.entries(providers)) {
        if (time?.ttfbMs !== undefined) ttfb.observe({ stage }, time.ttfbMs / 1000);
        if (time?.processingMs !== undefined)
          processing.observe({ stage }, time.processingMs / 1000);
      }
    },
    gauge(name, help, read) {
      new Gauge({
        name: `parley_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    gaugeBy(name, label, help, read) {
      new Gauge({
        name: `parley_${name}`,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [value, count] of Object.entries(read())) this.set({ [label]: value }, count);
        },
      });
    },
    refused(reason) {
      refusals.inc({ reason });
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
