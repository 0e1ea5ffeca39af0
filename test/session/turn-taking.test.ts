import { describe, expect, it } from 'vitest';
import { SessionSettings } from '../../src/protocol/connect.ts';
import { turnTaking } from '../../src/session/turn-taking.ts';
import { wordsEndpointer } from '../../src/turn/endpointing.ts';
import { step } from '../../src/turn/machine.ts';

const whole = 'What is your name?';
const unfinished = 'I want to';
const usual = wordsEndpointer();

/** What a /connect body with these fields leads to. */
function asked(body: object) {
  const { endpointer = usual, detection } = turnTaking(SessionSettings.parse(body));
  return {
    wholeMs: endpointer.silenceMs(whole),
    unfinishedMs: endpointer.silenceMs(unfinished),
    detection,
  };
}
const usualMs = { wholeMs: usual.silenceMs(whole), unfinishedMs: usual.silenceMs(unfinished) };

describe("a client's wishes about turn-taking", () => {
  it("leave Parley's own tuning alone when there are none", () => {
    expect(turnTaking(SessionSettings.parse({}))).toEqual({});
  });

  it('give the VAD its threshold and its least length of speech', () => {
    const { detection } = asked({ vad_params: { confidence: 0.8, start_secs: 0.3 } });
    expect(detection).toEqual({ confidence: 0.8, startMs: 300 });
  });

  it('make every silence at least as long as stop_secs, and shorten none', () => {
    expect(asked({ vad_params: { stop_secs: 1.2 } })).toMatchObject({
      wholeMs: 1_200,
      unfinishedMs: usualMs.unfinishedMs,
    });
    expect(asked({ vad_params: { stop_secs: 0.1 } })).toMatchObject(usualMs);
  });

  it.each([
    { smart_turn: { stop_secs: 3 } },
    { type: 'smart_turn', stop_secs: 3 },
    { type: 'semantic_vad', smart_turn: { stop_secs: '3' } },
  ])('wait for more words as long as %j says', (turn_detection_config) => {
    expect(asked({ turn_detection_config })).toMatchObject({
      wholeMs: usualMs.wholeMs,
      unfinishedMs: 3_000,
    });
  });

  it('never wait longer than a short stop_secs of smart turn', () => {
    const { wholeMs, unfinishedMs } = asked({
      turn_detection_config: { smart_turn: { stop_secs: 0.3 } },
    });
    expect(wholeMs).toBe(300);
    expect(unfinishedMs).toBe(300);
  });

  it('let silence alone decide for server_vad', () => {
    const turn_detection_config = { type: 'server_vad', silence_duration_ms: 700, threshold: 0.6 };
    expect(asked({ turn_detection_config })).toEqual({
      wholeMs: 700,
      unfinishedMs: 700,
      detection: { confidence: 0.6, startMs: 64 },
    });
    expect(asked({ turn_detection_config: { type: 'server_vad' } }).wholeMs).toBe(500);
  });

  it('leave the end of a turn to the client for none', () => {
    expect(asked({ turn_detection_config: { type: 'none' } }).wholeMs).toBeGreaterThan(600_000);
  });

  it('let the client end a turn at once for none, and nobody else however long it is', () => {
    const { endpointer } = turnTaking(
      SessionSettings.parse({ turn_detection_config: { type: 'none' } }),
    );
    if (!endpointer) throw new Error('no endpointer');
    const rules = { endpointer, guessAfterMs: 60 };
    const hearing = step({ state: 'listening' }, { kind: 'speechStarted', startedMs: 0 }, 0, rules);
    for (const atMs of [3_000, 60_000])
      expect(step(hearing.next, { kind: 'woken' }, atMs, rules)).toEqual({
        next: hearing.next,
        effects: [],
      });
    const released = step(hearing.next, { kind: 'forceEnd' }, 5_000, rules);
    const heard = { kind: 'transcript', words: 'Where is the inn?' } as const;
    expect(step(released.next, heard, 5_100, rules).effects).toEqual([{ kind: 'answer' }]);
  });

  it('hurry or take their time by eagerness', () => {
    const waitOf = (eagerness: string) =>
      asked({ turn_detection_config: { type: 'semantic_vad', eagerness } }).wholeMs;
    expect(waitOf('high')).toBeLessThan(usualMs.wholeMs);
    expect(waitOf('auto')).toBe(usualMs.wholeMs);
    expect(waitOf('low')).toBeGreaterThan(usualMs.wholeMs);
  });

  it.each([{ type: 'telepathy' }, { smart_turn: 'yes' }, { stop_secs: -1 }, { anything: [1] }])(
    'are ignored where they cannot be read: %j',
    (turn_detection_config) => {
      expect(asked({ turn_detection_config })).toMatchObject(usualMs);
    },
  );
});
