import { beforeEach, describe, expect, it } from 'vitest';
import { RoomStay } from '../../src/session/room-stay.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { anAssignment, FakeStay } from '../fakes/fake-stay.ts';

const job = { roomName: 'r1', url: 'ws://127.0.0.1:1', token: 'token' };

let clock: FakeClock;
let fake: FakeStay;
let stay: RoomStay;
/** What the job ended with, once it has. */
let outcome: 'done' | Error | undefined;

beforeEach(() => {
  clock = new FakeClock();
  fake = new FakeStay();
  outcome = undefined;
});

function begin(): void {
  const { journal, enter } = fake;
  stay = new RoomStay(job, { clock, log: silentLog, journal, enter });
  stay.done.then(
    () => (outcome = 'done'),
    (cause: unknown) => (outcome = cause instanceof Error ? cause : new Error(String(cause))),
  );
}

describe('the stay in a room', () => {
  it('lasts until its session has ended, is left, and told of', async () => {
    begin();
    stay.assign(anAssignment('r1'));
    await clock.advance(600_000);
    expect(outcome).toBeUndefined();
    fake.session.end.resolve('client_left');
    await clock.advance(0);
    expect(outcome).toBe('done');
    expect(fake).toMatchObject({ hasLeft: true, told: ['s1 ended: client_left', 'left r1'] });
    expect(clock.pending).toBe(0);
  });

  it('of a job that is only held joins nothing', async () => {
    begin();
    await clock.advance(600_000);
    expect(fake.entered).toEqual([]);
    stay.depart({ kind: 'givenAway' });
    await clock.advance(0);
    expect(outcome).toBe('done');
    expect(fake.entered).toEqual([]);
  });

  it('hands on what was said while the session opened', async () => {
    fake.opening = 'hangs';
    begin();
    stay.assign(anAssignment('r1'));
    await clock.advance(0);
    stay.recalls('ada');
    fake.openAtLast();
    await clock.advance(0);
    expect(fake.session.said).toEqual(['recalls']);
  });

  it('does not begin where the room cannot be joined, and the server learns of it', async () => {
    fake.joining = 'fails';
    begin();
    stay.join();
    await clock.advance(0);
    expect(outcome).toEqual(new Error('LiveKit is away'));
    expect(fake.told).toEqual(['left r1']);
  });
});

describe('the stay in a room does not hold its place for ever', () => {
  it('when the session never opens; one that opens at last is closed', async () => {
    fake.opening = 'hangs';
    begin();
    stay.assign(anAssignment('r1'));
    await clock.advance(60_000);
    expect(outcome).toBe('done');
    expect(fake).toMatchObject({ hasLeft: true, told: ['s1 ended: failed', 'left r1'] });
    expect(fake.session.isClosed).toBe(false);
    fake.openAtLast();
    await clock.advance(0);
    expect(fake.session.isClosed).toBe(true);
  });

  it('when the session never closes: the room is left all the same, and told why it was to end', async () => {
    fake.session.closing = 'hangs';
    begin();
    stay.assign(anAssignment('r1'));
    await clock.advance(0);
    fake.session.end.resolve('idle');
    await clock.advance(60_000);
    expect(outcome).toBe('done');
    expect(fake).toMatchObject({ hasLeft: true, told: ['s1 ended: idle', 'left r1'] });
  });

  it('when the room is never left: the server is told all the same', async () => {
    fake.leaving = 'hangs';
    begin();
    stay.assign(anAssignment('r1'));
    await clock.advance(0);
    fake.session.end.resolve('client_left');
    await clock.advance(60_000);
    expect(outcome).toBe('done');
    expect(fake.told).toEqual(['s1 ended: client_left', 'left r1']);
  });
});
