import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pcmFromBase64 } from '../../src/audio/pcm-bytes.ts';
import { AudioOutput } from '../../src/protocol/connect.ts';
import { markMessage, marksOf, type MemberMarks } from '../../src/protocol/member-marks.ts';
import { DataSink } from '../../src/room/data-sink.ts';
import { Voice } from '../../src/room/voice.ts';
import type { VoiceSink } from '../../src/room/voice-sink.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const rateHz = 24_000;
const never = new AbortController().signal;

class RecordingSink implements VoiceSink {
  samples: number[] = [];
  flushes = 0;
  clears = 0;
  readonly takesBack = false;
  readonly heldSamples = 0;
  hand(samples: Int16Array): void {
    this.samples.push(...samples);
  }
  flush(): void {
    this.flushes++;
  }
  clear(): void {
    this.clears++;
  }
}

/** A track: plays in the clock's time what it was handed, and forgets the rest when cleared. */
class PlayingSink implements VoiceSink {
  readonly takesBack = true;
  readonly heldSamples = 0;
  readonly heard: number[] = [];
  #queue: number[] = [];
  #atMs = 0;
  constructor(private readonly clock: FakeClock) {}
  hand(samples: Int16Array): void {
    this.play();
    this.#queue.push(...samples);
  }
  flush(): void {
    this.play();
  }
  clear(): void {
    this.play();
    this.#queue = [];
  }
  play(): void {
    const nowMs = this.clock.nowMs();
    this.heard.push(...this.#queue.splice(0, Math.round(((nowMs - this.#atMs) * rateHz) / 1000)));
    this.#atMs = nowMs;
  }
}

/** Samples that count, so that order and loss show. */
function counting(ms: number, from = 0): Int16Array {
  return Int16Array.from({ length: (ms * rateHz) / 1000 }, (_, i) => (from + i) % 30_000);
}

function scene() {
  const clock = new FakeClock();
  const sink = new RecordingSink();
  const voice = new Voice(clock, [sink]);
  voice.startTurn();
  return { clock, sink, voice };
}

const frame = (samples: Int16Array) => ({ samples, sampleRateHz: rateHz });

describe('a voice', () => {
  it('hands on the first frame at once and keeps two frames ahead of time', async () => {
    const { clock, sink, voice } = scene();
    await voice.write(frame(counting(1_000)), never);
    expect(sink.samples).toHaveLength((40 * rateHz) / 1000);
    await clock.advance(500);
    expect(sink.samples.length).toBeGreaterThanOrEqual((520 * rateHz) / 1000);
    expect(sink.samples.length).toBeLessThanOrEqual((560 * rateHz) / 1000);
    expect(voice.playedMs()).toBe(500);
  });

  it('goes on when the machine stands still before a frame and while it is handed on', async () => {
    const clock = new FakeClock();
    const sink = new RecordingSink();
    let stalledMs = 0;
    const stalling = {
      takesBack: false,
      heldSamples: 0,
      hand: (samples: Int16Array) => {
        sink.hand(samples);
        clock.standStill(stalledMs);
        stalledMs = 0;
      },
      flush: () => undefined,
      clear: () => undefined,
    };
    const voice = new Voice(clock, [stalling]);
    voice.startTurn();
    await voice.write(frame(counting(1_000)), never);
    void voice.drained(never);
    await clock.advance(100);
    // So late that time begins anew, and late again.
    stalledMs = 60;
    clock.standStill(60);
    await clock.advance(1_200);
    expect(sink.samples).toEqual([...counting(1_000)]);
  });

  it('leaves no timer behind when it has said everything', async () => {
    const { clock, sink, voice } = scene();
    await voice.write(frame(counting(130)), never);
    const drained = voice.drained(never);
    await clock.advance(131);
    await drained;
    expect(sink.samples).toEqual([...counting(130)]);
    expect(sink.flushes).toBe(1);
    expect(voice.playedMs()).toBe(130);
    expect(clock.pending).toBe(0);
  });

  it('falls silent within two frames when paused and goes on from the very sample', async () => {
    const { clock, sink, voice } = scene();
    await voice.write(frame(counting(1_000)), never);
    await clock.advance(300);
    voice.pause();
    const atPause = sink.samples.length;
    await clock.advance(2_000);
    expect(sink.samples).toHaveLength(atPause);
    expect(voice.playedMs()).toBeLessThanOrEqual(340);
    voice.resume();
    const drained = voice.drained(never);
    await clock.advance(1_000);
    await drained;
    expect(sink.samples).toEqual([...counting(1_000)]);
  });

  it('falls silent at once on a track, and plays on from the very sample', async () => {
    const { clock, sink: data } = scene();
    const track = new PlayingSink(clock);
    const voice = new Voice(clock, [track, data]);
    voice.startTurn();
    await voice.write(frame(counting(1_000)), never);
    for (const [playMs, pauseMs] of [
      [303, 500],
      [7, 200],
      [211, 90],
    ] as const) {
      await clock.advance(playMs);
      voice.pause();
      track.play();
      const heard = track.heard.length;
      expect(heard).toBe((voice.playedMs() * rateHz) / 1000);
      await clock.advance(pauseMs);
      track.play();
      expect(track.heard).toHaveLength(heard);
      voice.resume();
    }
    const drained = voice.drained(never);
    await clock.advance(1_000);
    await drained;
    track.play();
    expect(track.heard).toEqual([...counting(1_000)]);
    expect(data.samples).toEqual([...counting(1_000)]);
    expect(clock.pending).toBe(0);
  });

  it('hands on nothing of what was cleared, and counts only what was heard', async () => {
    const { clock, sink, voice } = scene();
    await voice.write(frame(counting(1_000)), never);
    await clock.advance(300);
    const handed = sink.samples.length;
    voice.clear();
    await clock.advance(1_000);
    expect(sink.samples).toHaveLength(handed);
    expect(voice.playedMs()).toBe(300);
    voice.startTurn();
    await voice.write(frame(counting(100)), never);
    const drained = voice.drained(never);
    await clock.advance(200);
    await drained;
    expect(voice.playedMs()).toBe(100);
  });

  it('sounds in the next turn although it was cleared while paused', async () => {
    const { clock, sink, voice } = scene();
    await voice.write(frame(counting(200)), never);
    voice.pause();
    voice.clear();
    sink.samples = [];
    voice.startTurn();
    await voice.write(frame(counting(100)), never);
    await clock.advance(50);
    expect(sink.samples.length).toBeGreaterThan(0);
  });

  it('holds a fast synthesiser back', async () => {
    const { clock, voice } = scene();
    let written = 0;
    const writing = (async () => {
      for (; written < 60; written++) await voice.write(frame(counting(1_000)), never);
    })();
    await clock.advance(10);
    expect(written).toBeLessThan(25);
    await clock.advance(60_000);
    await writing;
    expect(written).toBe(60);
  });

  it('lets a waiting writer go when its turn is aborted', async () => {
    const { clock, voice } = scene();
    const turn = new AbortController();
    const writing = voice.write(frame(counting(30_000)), turn.signal);
    turn.abort(new Error('cut'));
    await expect(writing).rejects.toThrow('cut');
    voice.clear();
    await clock.advance(100);
    expect(clock.pending).toBe(0);
  });

  it('plays every sample once and in order, whatever the pieces and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.integer({ min: 1, max: 5_000 }),
            fc.integer({ min: 0, max: 400 }),
            fc.boolean(),
          ),
          {
            maxLength: 12,
          },
        ),
        async (steps) => {
          const { clock, sink, voice } = scene();
          let at = 0;
          for (const [length, gapMs, pauses] of steps) {
            await voice.write(
              frame(Int16Array.from({ length }, (_, i) => (at + i) % 30_000)),
              never,
            );
            at += length;
            await clock.advance(gapMs);
            if (pauses) {
              voice.pause();
              await clock.advance(100);
              voice.resume();
            }
          }
          const drained = voice.drained(never);
          await clock.advance(10_000);
          await drained;
          expect(sink.samples).toEqual(Array.from({ length: at }, (_, i) => i % 30_000));
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('sound that waits for a full chunk', () => {
  function overData(track: VoiceSink[] = []) {
    const clock = new FakeClock();
    const output = AudioOutput.parse({ audio_routing: 'data_only', max_chunk_duration_ms: 500 });
    const voice = new Voice(clock, [...track, new DataSink(output, () => undefined)]);
    voice.startTurn();
    return { clock, voice };
  }

  it('does not count as heard before it is sent', async () => {
    const { clock, voice } = overData();
    await voice.write(frame(counting(2_000)), never);
    await clock.advance(440);
    expect(voice.playedMs()).toBe(0);
    await clock.advance(300);
    expect(voice.playedMs()).toBe(500);
    voice.clear();
    expect(voice.playedMs()).toBe(500);
  });

  it('counts to its last sample when all was said', async () => {
    const { clock, voice } = overData();
    await voice.write(frame(counting(700)), never);
    const drained = voice.drained(never);
    await clock.advance(800);
    await drained;
    expect(voice.playedMs()).toBe(700);
  });

  it('counts where the same sound is heard on a track', async () => {
    const sink = new RecordingSink();
    const { clock, voice } = overData([sink]);
    await voice.write(frame(counting(2_000)), never);
    await clock.advance(300);
    expect(voice.playedMs()).toBe(300);
  });
});

describe('audio-data messages', () => {
  function chunks(
    output: Partial<AudioOutput>,
    samples: Int16Array,
    marks?: MemberMarks,
  ): { bytes: number; pcm: Int16Array }[] {
    const sent: { bytes: number; pcm: Int16Array }[] = [];
    const full = AudioOutput.parse({ audio_routing: 'data_only', ...output });
    const sink = new DataSink(full, (message) => {
      if (message.type !== 'server-message' || message.data.type !== 'audio-data') return;
      const { audio, includes_wav_header } = message.data;
      const bytes = Buffer.from(audio, 'base64');
      const pcm = pcmFromBase64(bytes.subarray(includes_wav_header ? 44 : 0).toString('base64'));
      const told = marks ? markMessage(message, marks) : message;
      sent.push({ bytes: Buffer.byteLength(JSON.stringify(told)), pcm });
    });
    for (let at = 0; at < samples.length; at += 480) sink.hand(samples.subarray(at, at + 480));
    sink.flush();
    return sent;
  }

  it('are exactly as long as asked for, and the last may be shorter', () => {
    const samples = counting(350);
    const sent = chunks({ max_chunk_duration_ms: 100 }, samples);
    expect(sent.map(({ pcm }) => pcm.length)).toEqual([2_400, 2_400, 2_400, 1_200]);
    expect(sent.flatMap(({ pcm }) => [...pcm])).toEqual([...samples]);
  });

  it('carry a header of 44 bytes in each chunk when asked to', () => {
    const samples = counting(100);
    const [first] = chunks({ max_chunk_duration_ms: 50, add_wav_header: true }, samples);
    expect(first?.pcm).toEqual(samples.slice(0, 1_200));
  });

  it('never exceed a data packet, however long the chunk that was asked for, marks of a character included', () => {
    const uuid = '11111111-1111-4111-8111-111111111111';
    const marks = marksOf(uuid, {
      ...{ membershipId: uuid, characterId: uuid, name: 'Mira', isInitial: false },
      // The longest that a client may give, of characters that JSON writes longest.
      characterSessionId: '\u0001'.repeat(256),
    });
    for (const add_wav_header of [true, false]) {
      const sent = chunks({ max_chunk_duration_ms: 1_000, add_wav_header }, counting(3_000), marks);
      expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(63_900);
    }
  });

  it('are left out when they were cleared before they could be sent', () => {
    const voids: (() => boolean)[] = [];
    const sink = new DataSink(AudioOutput.parse({ max_chunk_duration_ms: 10 }), (_, isVoid) =>
      voids.push(isVoid),
    );
    sink.hand(counting(20));
    expect(voids.map((isVoid) => isVoid())).toEqual([false, false]);
    sink.clear();
    expect(voids.map((isVoid) => isVoid())).toEqual([true, true]);
  });
});
