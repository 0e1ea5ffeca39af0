import { describe, expect, it } from 'vitest';
import type { ClientBoundMessage } from '../../src/protocol/server-messages.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { Diagnostics } from '../../src/session/diagnostics.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const usage = { sttAudioMs: 900, llmPromptTokens: 120, llmCompletionTokens: 9, ttsCharacters: 30 };
const record: TurnRecord = {
  id: 'a4a0e1c4-6a2f-4d4f-9d3c-111111111111',
  origin: 'speech',
  userText: 'Hi',
  assistantText: 'Hello.',
  status: 'completed',
  stages: {
    firstSoundMs: 480,
    providers: {
      stt: { ttfbMs: 100, processingMs: 200 },
      llm: { ttfbMs: 150, processingMs: 400 },
      tts: { processingMs: 1_000 },
    },
  },
  usage,
  startedAt: '2026-01-01T00:00:00.000Z',
};

function open(settings: { debug?: boolean; debug_row_cap?: number } = {}) {
  const { debug = true, debug_row_cap = null } = settings;
  return new Diagnostics({ debug, debug_row_cap }, { llm: 'model-1' }, new FakeClock());
}

const kinds = (messages: ClientBoundMessage[]) =>
  messages.map(({ type, ...rest }) =>
    'data' in rest && 'type' in rest.data ? rest.data.type : type,
  );

describe('diagnostics', () => {
  it('measure each provider in seconds, one bucket a message', () => {
    const metrics = open()
      .turn(record)
      .filter(({ type }) => type === 'metrics')
      .map((message) => ('data' in message ? message.data : undefined));
    expect(metrics).toEqual([
      { ttfb: [{ processor: 'stt', value: 0.1 }] },
      { processing: [{ processor: 'stt', value: 0.2 }] },
      { ttfb: [{ processor: 'llm', model: 'model-1', value: 0.15 }] },
      { processing: [{ processor: 'llm', model: 'model-1', value: 0.4 }] },
      { processing: [{ processor: 'tts', value: 1 }] },
    ]);
  });

  it('end with the trace of the turn and what it used, summed up', () => {
    const diagnostics = open();
    diagnostics.turn(record);
    expect(diagnostics.turn(record).slice(-2)).toMatchObject([
      { data: { type: 'turn-trace', turn_id: record.id, stages: { firstSoundMs: 480 } } },
      {
        data: {
          type: 'usage-update',
          usage,
          session: { sttAudioMs: 1_800, llmPromptTokens: 240, ttsCharacters: 60 },
        },
      },
    ]);
  });

  it('are of the face too, by the names that the documentation has', () => {
    const value = (metric: string, value: number) => ({
      ...{ processor: 'face', metric, value },
      type: 'NeuroSyncMetricsData',
    });
    expect(open().face({ fps: 60, made: 180, sent: 120 })).toEqual([
      {
        label: 'rtvi-ai',
        type: 'metrics',
        data: {
          custom: [
            value('neurosync.output_fps', 60),
            value('neurosync.blendshapes_received', 180),
            value('neurosync.blendshapes_sent', 120),
            value('neurosync.frames_dropped', 60),
          ],
        },
      },
    ]);
  });

  it('stop and resume telling of usage, and count it all the same', () => {
    const diagnostics = open();
    diagnostics.setUsageEnabled(false);
    expect(kinds(diagnostics.turn(record))).not.toContain('usage-update');
    diagnostics.setUsageEnabled(true);
    expect(diagnostics.turn(record).at(-1)).toMatchObject({
      data: { session: { sttAudioMs: 1_800 } },
    });
  });

  it('are for those alone who asked for them', () => {
    const diagnostics = open({ debug: false, debug_row_cap: 100 });
    expect(diagnostics.turn(record)).toEqual([]);
    expect(diagnostics.log({ level: 'warn', message: 'provider failed', fields: {} })).toEqual([]);
  });

  it('are as many as the client wants, the last of which says so', () => {
    const diagnostics = open({ debug_row_cap: 3 });
    expect(kinds(diagnostics.turn(record))).toEqual(['metrics', 'metrics', 'server-log']);
    expect(diagnostics.turn(record)).toEqual([]);
    expect(kinds(open({ debug_row_cap: 1 }).turn(record))).toEqual(['server-log']);
  });

  it('tell of a log line where it happened, and nothing that may be private', () => {
    const fields = {
      stage: 'llm',
      turnId: 't',
      err: new Error('http://10.0.0.1/v1'),
      private: { text: 'my secret' },
    };
    const messages = open().log({ level: 'error', message: 'reply failed', fields });
    expect(messages).toEqual([
      {
        label: 'rtvi-ai',
        type: 'server-message',
        data: {
          type: 'server-log',
          timestamp: '2026-01-01T00:00:00.000Z',
          level: 'error',
          message: 'reply failed',
          turn_id: 't',
          stage: 'llm',
        },
      },
    ]);
  });
});
