import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { AudioOutput } from '../../src/protocol/connect.ts';
import type { AgentRoomEvents } from '../../src/room/agent-room.ts';
import { Voice } from '../../src/room/voice.ts';
import type { VoiceSink } from '../../src/room/voice-sink.ts';
import { Place, type PlaceNews } from '../../src/session/place.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';
import { hum } from '../fakes/scripted-tts.ts';

/** A room that counts the samples that were heard from it. */
class FakeRoom {
  readonly events = new EventEmitter<AgentRoomEvents>();
  heardSamples = 0;
  closed = false;

  constructor(private readonly clock: FakeClock) {}

  openVoice(_output: unknown, others: readonly VoiceSink[]): Promise<Voice> {
    const track: VoiceSink = {
      takesBack: true,
      heldSamples: 0,
      hand: ({ length }) => (this.heardSamples += length),
      flush: () => undefined,
      clear: () => undefined,
    };
    return Promise.resolve(new Voice(this.clock, [...others, track]));
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

describe("a character's place in a room", () => {
  let clock: FakeClock;
  let rooms: FakeRoom[];
  let isFull: boolean;
  let told: (PlaceNews | 'cut')[];
  let place: Place;

  beforeEach(async () => {
    clock = new FakeClock();
    rooms = [];
    isFull = false;
    told = [];
    place = await Place.take({
      clock,
      log: silentLog,
      enter: () => {
        if (isFull) return Promise.reject(new Error('nobody more can come in'));
        const room = new FakeRoom(clock);
        rooms.push(room);
        return Promise.resolve(room);
      },
      onListened: () => undefined,
      cut: () => told.push('cut'),
      onNews: (news) => told.push(news),
    });
  });

  const lose = (why: 'gone' | 'replaced' = 'gone') => rooms.at(-1)?.events.emit('closed', why);
  const { signal } = new AbortController();
  const heard = () => rooms.map(({ heardSamples }) => heardSamples > 0);

  it('is taken again when it is lost, and the same voice goes on from there', async () => {
    const voice = await place.openVoice(AudioOutput.parse({}), []);
    const frame = { samples: hum(100), sampleRateHz: 24_000 };
    voice.startTurn();
    await voice.write(frame, signal);
    await clock.advance(100);
    expect(heard()).toEqual([true]);
    lose();
    expect(told).toEqual(['cut', 'lost']);
    await clock.advance(1_000);
    await settle();
    expect(told).toEqual(['cut', 'lost', 'returning', 'cut', 'back']);
    voice.startTurn();
    await voice.write(frame, signal);
    await clock.advance(100);
    expect(heard()).toEqual([true, true]);
    expect(rooms.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('is taken again once', async () => {
    lose();
    await clock.advance(1_000);
    await settle();
    lose();
    await clock.advance(10_000);
    expect(told.slice(-2)).toEqual(['cut', 'gone']);
    expect(rooms).toHaveLength(2);
  });

  it('is given up when nobody more can come in', async () => {
    isFull = true;
    lose();
    await clock.advance(1_000);
    await settle();
    expect(told).toEqual(['cut', 'lost', 'returning', 'gone']);
  });

  it('is left to the process that has taken it over', async () => {
    lose('replaced');
    await clock.advance(1_000);
    expect(told).toEqual([]);
    expect(rooms).toHaveLength(1);
  });

  it('is not taken again by one that was closed meanwhile', async () => {
    lose();
    await place.close();
    await clock.advance(1_000);
    expect(rooms).toHaveLength(1);
    expect(rooms[0]?.closed).toBe(true);
  });
});
