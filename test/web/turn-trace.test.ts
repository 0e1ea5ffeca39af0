import { expect, it } from 'vitest';
import { readMetrics, readTurnTrace } from '../../web/src/turn-trace.ts';

it('takes from a trace only what it knows, and numbers only as numbers', () => {
  const trace = readTurnTrace({
    turn_id: 'a',
    origin: 'speech',
    status: 'odd',
    stages: { endpointMs: 300, firstSoundMs: null, speculative: true, other: 1 },
  });
  expect(trace).toEqual({
    turnId: 'a',
    origin: 'speech',
    status: undefined,
    stages: { endpointMs: 300, speculative: true },
  });
});

it('reads metrics from seconds, also when they are spelled', () => {
  expect(readMetrics({ ttfb: [{ processor: 'llm', value: 0.15 }, { value: 'x' }] })).toEqual([
    { bucket: 'ttfb', processor: 'llm', ms: 150 },
  ]);
  expect(readMetrics({ processing: [{ processor: 'tts', value: '0.2' }] })).toEqual([
    { bucket: 'processing', processor: 'tts', ms: 200 },
  ]);
});
