import { describe, expect, it } from 'vitest';
import { openMetrics } from '../../src/telemetry/metrics.ts';

describe('the metrics', () => {
  it('turn the stages of a turn into seconds, and leave out what is no duration', async () => {
    const metrics = openMetrics();
    metrics.turn({
      status: 'completed',
      origin: 'speech',
      stages: { llmFirstTokenMs: 250, speculative: true, firstSoundMs: undefined },
    });
    const { text } = await metrics.render();
    expect(text).toContain('parley_turns_total{origin="speech",status="completed"} 1');
    expect(text).toContain(
      'parley_turn_stage_seconds_sum{stage="llmFirstToken",origin="speech"} 0.25',
    );
    expect(text).not.toContain('stage="firstSound"');
    expect(text).not.toContain('speculative');
  });

  it('tell turns that nobody spoke for from those whose end had to be waited for', async () => {
    const metrics = openMetrics();
    const stages = { endpointMs: 0, transcriptMs: 0 };
    metrics.turn({ status: 'completed', origin: 'text', stages });
    metrics.turn({ status: 'completed', origin: 'speech', stages: { endpointMs: 420 } });
    const { text } = await metrics.render();
    expect(text).toContain('parley_turn_stage_seconds_sum{stage="endpoint",origin="speech"} 0.42');
    expect(text).toContain('parley_turn_stage_seconds_sum{stage="endpoint",origin="text"} 0');
  });

  it('keep what is no stage on the way to the answer apart from the stages', async () => {
    const metrics = openMetrics();
    metrics.turn({
      status: 'interrupted',
      origin: 'speech',
      stages: { bargeInToSilenceMs: 180, heardMs: 2_000, recallMs: 40 },
      providers: { stt: { ttfbMs: 100, processingMs: 100 }, llm: { processingMs: 400 } },
    });
    const { text } = await metrics.render();
    expect(text).toContain('parley_barge_in_to_silence_seconds_sum 0.18');
    expect(text).toContain('parley_heard_seconds_sum 2');
    expect(text).toContain('parley_recall_seconds_sum 0.04');
    expect(text).not.toContain('stage="heard"');
    expect(text).not.toContain('stage="recall"');
    expect(text).toContain('parley_provider_ttfb_seconds_sum{stage="stt"} 0.1');
    expect(text).toContain('parley_provider_processing_seconds_sum{stage="llm"} 0.4');
    expect(text).not.toContain('parley_provider_ttfb_seconds_sum{stage="llm"}');
  });

  it('read a gauge when someone asks', async () => {
    const metrics = openMetrics();
    let sessions = 1;
    metrics.gauge('voice_sessions', 'Open voice sessions.', () => sessions);
    sessions = 7;
    expect((await metrics.render()).text).toContain('parley_voice_sessions 7');
  });

  it('are apart for two servers in one process', async () => {
    const [one, other] = [openMetrics(), openMetrics()];
    one.http({ route: '/connect', method: 'POST', status: 200, seconds: 0.1 });
    expect((await other.render()).text).not.toContain('/connect');
  });

  it('tell who was not let in, and why agents let nobody in', async () => {
    const metrics = openMetrics();
    metrics.refused('cpu');
    metrics.refused('cpu');
    metrics.gaugeBy('agents_full', 'reason', 'Full ones.', () => ({ cpu: 1, places: 0 }));
    const { text } = await metrics.render();
    expect(text).toContain('parley_sessions_refused_total{reason="cpu"} 2');
    expect(text).toContain('parley_agents_full{reason="cpu"} 1');
    expect(text).toContain('parley_agents_full{reason="places"} 0');
  });
});
