import type { TurnRecord, TurnStages } from '../../src/protocol/turn-record.ts';
import { isObject, listAt, numberAt, objectAt, textAt, type JsonObject } from './json.ts';

/** Where one turn's time went, as the server tells it when asked to debug. */
export type TurnTrace = {
  turnId: string | undefined;
  origin: TurnRecord['origin'] | undefined;
  status: TurnRecord['status'] | undefined;
  /** Milliseconds since the user's speech ended. */
  stages: TurnStages;
};

/** One number of a `metrics` message. */
export type Metric = { bucket: 'ttfb' | 'processing'; processor: string; ms: number };

const origins: readonly TurnRecord['origin'][] = [
  'speech',
  'text',
  'greeting',
  'trigger',
  'resumption',
];
const statuses: readonly TurnRecord['status'][] = ['open', 'completed', 'interrupted', 'aborted'];
const stageNames = [
  'endpointMs',
  'transcriptMs',
  'recallMs',
  'llmFirstTokenMs',
  'firstClauseMs',
  'ttsFirstByteMs',
  'firstSoundMs',
  'bargeInToSilenceMs',
  'heardMs',
] as const satisfies readonly (keyof TurnStages)[];

/** @param data of a `turn-trace` message */
export function readTurnTrace(data: JsonObject): TurnTrace {
  const given = objectAt(data, 'stages');
  const stages: TurnStages = {};
  for (const name of stageNames) {
    const ms = numberAt(given, name);
    if (ms !== undefined) stages[name] = ms;
  }
  if (typeof given.speculative === 'boolean') stages.speculative = given.speculative;
  const origin = textAt(data, 'origin');
  const status = textAt(data, 'status');
  return {
    turnId: textAt(data, 'turn_id') ?? textAt(data, 'response_id'),
    origin: origins.find((known) => known === origin),
    status: statuses.find((known) => known === status),
    stages,
  };
}

/** @param data of a `metrics` message: seconds, in a bucket named for what was measured */
export function readMetrics(data: JsonObject): Metric[] {
  return (['ttfb', 'processing'] as const).flatMap((bucket) =>
    listAt(data, bucket)
      .filter(isObject)
      .flatMap((entry) => {
        const seconds = numberAt(entry, 'value');
        const processor = textAt(entry, 'processor') ?? 'stage';
        return seconds === undefined ? [] : [{ bucket, processor, ms: seconds * 1000 }];
      }),
  );
}
