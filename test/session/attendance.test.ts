import { beforeEach, describe, expect, it } from 'vitest';
import type { Participant } from '../../src/protocol/participant.ts';
import { Attendance } from '../../src/session/attendance.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const person = (name: string): Participant => ({
  identity: `human:${name}`,
  speakerId: name,
  speakerName: name,
});
const [ann, ben] = [person('ann'), person('ben')];

describe('attendance', () => {
  let clock: FakeClock;
  let log: string[];
  let gone: Set<string>;
  let announced: { to: string; interactionId: string | undefined }[];
  beforeEach(() => {
    clock = new FakeClock();
    log = [];
    gone = new Set();
    announced = [];
  });

  function open(participants: Participant[], isShared = true): Attendance {
    let ids = 0;
    const name = ({ speakerName, identity }: Participant) => speakerName ?? identity;
    const attendance = new Attendance(
      {
        clock,
        isShared,
        newId: () => `visit-${++ids}`,
        announce: (to, interactionId) => announced.push({ to: name(to), interactionId }),
        onHere: (who, isFirst) => log.push(`${name(who)} is here${isFirst ? ' first' : ''}`),
        onAway: (who) => log.push(`${name(who)} is away`),
        onGone: (who) => log.push(`${name(who)} is gone`),
        isThere: (identity) => Promise.resolve(!gone.has(identity)),
        onChange: (here) => log.push(`here: ${here.map(name).join(' ')}`),
        onEmpty: () => log.push('empty'),
      },
      participants,
    );
    attendance.begin(false);
    return attendance;
  }

  it('calls out for each one who may come, until they are there', async () => {
    const attendance = open([ann, ben]);
    await clock.advance(1_000);
    attendance.sign(ann.identity);
    await clock.advance(1_000);
    const last = announced.slice(-4).map(({ to }) => to);
    expect(new Set(last)).toEqual(new Set(['ben']));
    attendance.stop();
    expect(clock.pending).toBe(0);
  });

  it('gives every visit an interaction of its own, repeated until it is heard', async () => {
    const attendance = open([ann], false);
    attendance.sign(ann.identity);
    await clock.advance(1_000);
    expect(announced).toEqual([
      { to: 'ann', interactionId: 'visit-1' },
      { to: 'ann', interactionId: undefined },
    ]);
    attendance.left(ann.identity, false);
    attendance.arrived(ann.identity);
    expect(announced.at(-1)).toEqual({ to: 'ann', interactionId: 'visit-2' });
    attendance.stop();
  });

  it('goes on while anybody is there, and ends with the last one', () => {
    const attendance = open([ann, ben]);
    attendance.sign(ann.identity);
    attendance.sign(ben.identity);
    attendance.left(ann.identity, true);
    expect(log).not.toContain('empty');
    attendance.left(ben.identity, true);
    expect(log).toEqual([
      ...['ann is here first', 'here: ann', 'ben is here', 'here: ann ben'],
      ...[
        'ann is away',
        'here: ben',
        'ann is gone',
        'ben is away',
        'here: ',
        'ben is gone',
        'empty',
      ],
    ]);
    attendance.stop();
  });

  it('waits for one whose connection broke, and not for ever', async () => {
    const attendance = open([ann], false);
    attendance.sign(ann.identity);
    attendance.left(ann.identity, false);
    await clock.advance(9_000);
    attendance.arrived(ann.identity);
    await clock.advance(60_000);
    expect(log).not.toContain('empty');
    attendance.left(ann.identity, false);
    await clock.advance(10_000);
    expect(log.at(-1)).toBe('empty');
  });

  it('waits in an empty room for one who was let in and is on their way', async () => {
    const attendance = open([ann]);
    attendance.sign(ann.identity);
    await clock.advance(60_000);
    attendance.expect(ben);
    attendance.left(ann.identity, true);
    await clock.advance(19_000);
    expect(log).not.toContain('empty');
    await clock.advance(1_000);
    expect(log.at(-1)).toBe('empty');
    attendance.stop();
  });

  it('never ends a room that nobody came to: that is the server to decide', async () => {
    const attendance = open([ann]);
    await clock.advance(120_000);
    expect(log).toEqual([]);
    attendance.stop();
  });

  it('takes somebody who receives its sound for the only one that there can be, and for nobody where there may be two', () => {
    const both = open([ann, ben]);
    both.listened();
    expect(log).toEqual([]);
    both.sign(ann.identity);
    // It is Ann who hears: LiveKit tells of the first one only.
    both.listened();
    expect(log).not.toContain('ben is here');
    both.stop();
    const alone = open([ben]);
    alone.listened();
    expect(log).toContain('ben is here first');
    alone.stop();
  });

  it('knows who sent a message whose sender LiveKit does not name, where it can be only one', () => {
    const attendance = open([ann, ben]);
    expect(attendance.sender(undefined)).toBeUndefined();
    attendance.arrived(ann.identity);
    expect(attendance.sender(undefined)).toEqual(ben);
    expect(attendance.sender(ann.identity)).toEqual(ann);
    attendance.arrived(ben.identity);
    expect(attendance.sender(undefined)).toBeUndefined();
    attendance.stop();
  });

  it('does not wait for one who left before LiveKit told that they had come', async () => {
    const attendance = open([ann], false);
    attendance.listened();
    gone.add(ann.identity);
    await clock.advance(4_000);
    expect(log.slice(-2)).toEqual(['ann is gone', 'empty']);
    expect(clock.pending).toBe(0);
  });

  it('keeps one whom LiveKit is slow to tell of', async () => {
    const attendance = open([ann], false);
    attendance.listened();
    await clock.advance(60_000);
    attendance.arrived(ann.identity);
    gone.add(ann.identity);
    await clock.advance(60_000);
    expect(log).toEqual(['ann is here first', 'here: ann']);
    attendance.stop();
    expect(clock.pending).toBe(0);
  });

  it('takes in one of whom nobody told it, under the id that their place shows', () => {
    const attendance = open([ann]);
    attendance.arrived('human:eve');
    expect(attendance.here).toEqual([
      { identity: 'human:eve', speakerId: 'eve', speakerName: null },
    ]);
    attendance.stop();
  });
});
