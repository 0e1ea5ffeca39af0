import { describe, expect, it } from 'vitest';
import { SpeechDetector } from '../../src/turn/speech-detector.ts';

function follow(probabilities: number[]) {
  const detector = new SpeechDetector();
  return probabilities
    .map((probability, window) => detector.push(probability, (window + 1) * 32, 32))
    .filter((change) => change !== undefined);
}

describe('the speech detector', () => {
  it('does not take one loud window for speech', () => {
    expect(follow([0.1, 0.9, 0.1, 0.9, 0.1])).toEqual([]);
  });

  it('counts speech by its sound, also where a machine that was behind hears it in no time', () => {
    const detector = new SpeechDetector();
    expect(detector.push(0.9, 1_000, 32)).toBeUndefined();
    expect(detector.push(0.9, 1_000, 32)).toEqual({ kind: 'speechStarted', startedMs: 968 });
  });

  it('takes two loud windows with a gap in the sound between them for no more than they are', () => {
    const detector = new SpeechDetector({ confidence: 0.5, startMs: 96 });
    detector.push(0.9, 32, 32);
    expect(detector.push(0.9, 900, 32)).toBeUndefined();
    expect(detector.push(0.9, 932, 32)?.kind).toBe('speechStarted');
  });

  it('dates the start to the first window of speech', () => {
    expect(follow([0.1, 0.9, 0.9])).toEqual([{ kind: 'speechStarted', startedMs: 32 }]);
  });

  it('tells a pause at once, and that speech goes on', () => {
    expect(follow([0.9, 0.9, 0.9, 0.1, 0.9])).toEqual([
      { kind: 'speechStarted', startedMs: 0 },
      { kind: 'speechPaused', endedMs: 96 },
      { kind: 'speechResumed' },
    ]);
  });

  it('does not flutter around its threshold', () => {
    expect(follow([0.9, 0.9, 0.45, 0.55, 0.4, 0.6])).toHaveLength(1);
  });

  it('tells a pause when the microphone falls silent in mid-word', () => {
    const detector = new SpeechDetector();
    detector.push(0.9, 32, 32);
    detector.push(0.9, 64, 32);
    expect(detector.silence()).toEqual({ kind: 'speechPaused', endedMs: 64 });
    expect(detector.silence()).toBeUndefined();
  });

  it('takes a voice far below the one before it for silence', () => {
    const detector = new SpeechDetector();
    const changes = [-20, -20, -20, -50, -50].map((levelDbfs, window) =>
      detector.push(0.9, (window + 1) * 32, 32, levelDbfs),
    );
    expect(changes.filter((change) => change !== undefined)).toEqual([
      { kind: 'speechStarted', startedMs: 0 },
      { kind: 'speechPaused', endedMs: 96 },
    ]);
  });

  it('hears a quiet user after a bang that sounded like a voice', () => {
    const detector = new SpeechDetector();
    for (let window = 1; window <= 3; window++) detector.push(0.9, window * 32, 32, -3);
    detector.silence();
    detector.reset();
    detector.push(0.9, 500, 32, -38);
    expect(detector.push(0.9, 532, 32, -38)?.kind).toBe('speechStarted');
  });

  it('hears the same voice again when the loud one is long past', () => {
    const detector = new SpeechDetector();
    for (let window = 1; window <= 3; window++) detector.push(0.9, window * 32, 32, -20);
    detector.silence();
    detector.reset();
    detector.push(0.9, 10_000, 32, -50);
    expect(detector.push(0.9, 10_032, 32, -50)?.kind).toBe('speechStarted');
  });

  it('keeps listening to a voice that only drops its ends', () => {
    const detector = new SpeechDetector();
    const levels = [-20, -20, -38, -25, -40, -22];
    const changes = levels.map((levelDbfs, w) => detector.push(0.9, (w + 1) * 32, 32, levelDbfs));
    expect(changes.filter((change) => change !== undefined)).toHaveLength(1);
  });
});
