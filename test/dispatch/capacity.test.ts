import { beforeEach, describe, expect, it } from 'vitest';
import { Capacity } from '../../src/dispatch/capacity.ts';
import { noStrain, strainLimits, type Strain } from '../../src/dispatch/strain.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

let clock: FakeClock;
let strain: Strain;
let held: { rooms: number; characters: number };
let capacity: Capacity;

beforeEach(() => {
  clock = new FakeClock();
  strain = { ...noStrain };
  held = { rooms: 0, characters: 0 };
  capacity = new Capacity({
    maxSessions: 4,
    strain: { read: () => strain, close: () => undefined },
    limits: strainLimits(0.95),
    held: () => held,
    clock,
    log: silentLog,
  });
});

const lookLong = () => {
  for (let look = 0; look < 5; look++) capacity.look();
};

describe('the capacity of a process', () => {
  it('is used up by a machine that is, whoever uses it', () => {
    held = { rooms: 1, characters: 1 };
    strain = { ...noStrain, cpu: 1 };
    lookLong();
    expect(capacity.strainedBy).toBe('cpu');
    expect(capacity.hasRoom(1)).toBe(false);
  });

  it('is enough for the first session whatever the machine is doing: there is nobody to protect', () => {
    strain = { ...noStrain, cpu: 1 };
    lookLong();
    expect(capacity.strainedBy).toBeNull();
    expect(capacity.hasRoom(1)).toBe(true);
  });

  it('is found for a moment where rooms with people in them have lost their agent', async () => {
    held = { rooms: 1, characters: 1 };
    strain = { ...noStrain, cpu: 1 };
    lookLong();
    capacity.openUp();
    expect(capacity.hasRoom(1)).toBe(true);
    expect(capacity.strainedBy).toBe('cpu');
    expect(capacity.hasRoom(4)).toBe(false);
    await clock.advance(2_000);
    expect(capacity.hasRoom(1)).toBe(false);
  });

  it('that is found for a moment is no more than there are places for characters', () => {
    held = { rooms: 1, characters: 3 };
    strain = { ...noStrain, cpu: 1 };
    lookLong();
    capacity.openUp();
    expect(capacity.hasRoom(1)).toBe(true);
    expect(capacity.hasRoom(2)).toBe(false);
  });

  it('is taken by characters, not by rooms', () => {
    held = { rooms: 1, characters: 3 };
    expect(capacity.load(2)).toBe(1);
    expect(capacity.hasRoom(1)).toBe(true);
    expect(capacity.hasRoom(2)).toBe(false);
  });
});
