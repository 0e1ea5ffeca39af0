import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arkitColumns } from '../../src/face/arkit.ts';
import { FaceTrack } from '../../src/face/face-track.ts';
import { speakingRateHz } from '../../src/frames/pcm.ts';
import { hum } from '../fakes/scripted-tts.ts';

const sound = (samples: number) => ({
  samples: new Int16Array(samples),
  sampleRateHz: speakingRateHz,
});

describe('a track of frames', () => {
  it('has a frame for each of its samples that the sound has, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(24, 25, 30, 50, 60, 72, 90, 120),
        fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 40 }),
        (fps, pieces) => {
          const track = new FaceTrack('visemes', fps, 1);
          let frames = 0;
          let samples = 0;
          for (const piece of pieces) {
            track.push(sound(piece));
            samples += piece;
            frames += track.take(1_000, 0).length;
            expect(frames / fps).toBeLessThanOrEqual(samples / speakingRateHz + 1 / fps);
          }
          track.end();
          frames += track.take(10_000, 0).length;
          expect(Math.abs(frames / fps - samples / speakingRateHz)).toBeLessThan(1 / fps);
          expect(track.taken).toBe(frames);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is off by less than a frame after thirty seconds', () => {
    for (const fps of [50, 60, 90]) {
      const track = new FaceTrack('arkit', fps, 1);
      for (let i = 0; i < 300; i++) track.push({ samples: hum(100), sampleRateHz: speakingRateHz });
      track.end();
      expect(track.take(10_000, 0)).toHaveLength(30 * fps);
    }
  });

  it('holds back what later sound may still change, until it is due', () => {
    const track = new FaceTrack('arkit', 50, 1);
    track.push(sound(2_400));
    expect(track.ready(0)).toBe(4);
    expect(track.ready(2_400)).toBe(5);
    track.end();
    expect(track.ready(0)).toBe(5);
  });

  it('is the same for the same seed, and blinks otherwise for another', () => {
    const blinks = (seed: number) => {
      const track = new FaceTrack('arkit', 60, seed);
      track.push({ samples: hum(10_000), sampleRateHz: speakingRateHz });
      track.end();
      return track.take(600, 0).map((frame) => frame[arkitColumns.indexOf('EyeBlinkLeft')] ?? 0);
    };
    expect(blinks(1)).toEqual(blinks(1));
    expect(blinks(1)).not.toEqual(blinks(2));
    const shut = blinks(1).filter((value, i, all) => value > 0.9 && (all[i - 1] ?? 0) <= 0.9);
    expect(shut.length).toBeGreaterThanOrEqual(2);
    expect(shut.length).toBeLessThanOrEqual(6);
  });

  it('ends with open eyes and the head straight', () => {
    for (let seed = 0; seed < 20; seed++) {
      const track = new FaceTrack('arkit', 60, seed);
      track.push({ samples: hum(2_000 + seed * 130), sampleRateHz: speakingRateHz });
      track.end();
      const last = track.take(10_000, 0).at(-1) ?? [];
      expect(last[arkitColumns.indexOf('EyeBlinkLeft')]).toBeLessThan(0.2);
      expect(Math.abs(last[arkitColumns.indexOf('HeadYaw')] ?? 1)).toBeLessThan(0.005);
    }
  });
});
