import { JobStatus, WorkerStatus } from '@livekit/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noStrain, strainLimits, type Strain } from '../../src/dispatch/strain.ts';
import { Worker, type Job } from '../../src/dispatch/worker.ts';
import { systemClock, type Clock } from '../../src/lifetime/clock.ts';
import type { AgentStatus } from '../../src/protocol/journal.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { FakeLivekitAgents } from '../fakes/fake-livekit-agents.ts';
import { soon } from '../fakes/soon.ts';

let livekit: FakeLivekitAgents;
let url: string;
let worker: Worker;
let jobs: Job[];
let statuses: AgentStatus[];
let endJob: (() => void)[];
let failJob: ((cause: Error) => void)[];
const strain: Strain = { ...noStrain };
const held = { rooms: 0, characters: 0 };
/** A status every 20 ms instead of every second; and what may be done for some seconds may be done for long. */
const oftenLooking: Clock = {
  ...systemClock,
  nowMs: () => systemClock.nowMs() / 20,
  after: (delayMs, action) => systemClock.after(delayMs === 1_000 ? 20 : delayMs, action),
};

beforeEach(async () => {
  livekit = new FakeLivekitAgents();
  url = await livekit.listen();
  jobs = [];
  statuses = [];
  endJob = [];
  failJob = [];
  Object.assign(strain, noStrain);
  Object.assign(held, { rooms: 0, characters: 0 });
  worker = new Worker({
    livekit: () => ({ url, ...livekit.keys }),
    agentName: 'parley',
    maxSessions: 2,
    strain: { read: () => strain, close: () => undefined },
    limits: strainLimits(0.95),
    held: () => held,
    clock: oftenLooking,
    log: silentLog,
    onJob: (job) => {
      jobs.push(job);
      return new Promise<void>((resolve, reject) => {
        endJob.push(resolve);
        failJob.push(reject);
      });
    },
    onStatus: (status) => {
      statuses.push(status);
    },
  });
  await vi.waitFor(() => expect(worker.status.full).toBeNull(), soon);
});

afterEach(async () => {
  await worker.close();
  await livekit.close();
});

const answered = async (count: number) => {
  await vi.waitFor(() => expect(livekit.of('availability')).toHaveLength(count), soon);
  return livekit.of('availability').map(({ value }) => value.available);
};

const runJob = async (jobId: string, roomName: string) => {
  const before = livekit.of('availability').length;
  livekit.offer(jobId, roomName);
  await answered(before + 1);
  livekit.assign(jobId, roomName);
  await vi.waitFor(() => expect(jobs.map((job) => job.jobId)).toContain(jobId), soon);
};

describe('a worker', () => {
  it('registers for room jobs under the name that dispatches ask for, with a token made for that', () => {
    expect(livekit.messages[0]).toMatchObject({
      case: 'register',
      value: { agentName: 'parley', type: 0, allowedPermissions: { agent: true, hidden: false } },
    });
    expect(livekit.grants).toEqual([true]);
  });

  it("takes an offered job as the room's agent", async () => {
    await runJob('J1', 'room-1');
    expect(livekit.of('availability')[0]?.value).toMatchObject({
      jobId: 'J1',
      available: true,
      participantIdentity: 'agent:room-1',
    });
    expect(jobs).toEqual([
      {
        jobId: 'J1',
        roomName: 'room-1',
        url,
        token: 'token for room-1',
        metadata: 'metadata of J1',
      },
    ]);
  });

  it('refuses a room that it is in already', async () => {
    await runJob('J1', 'room-1');
    livekit.offer('J2', 'room-1');
    expect(await answered(2)).toEqual([true, false]);
  });

  it('is full with as many jobs as it may hold, and says so', async () => {
    await runJob('J1', 'room-1');
    // Half full, and far below what LiveKit takes for full.
    await vi.waitFor(() => {
      const half = livekit.of('updateWorker').at(-1)?.value;
      expect(half?.status).toBe(WorkerStatus.WS_AVAILABLE);
      expect(half?.load).toBeCloseTo(0.3, 5);
    }, soon);
    await runJob('J2', 'room-2');
    livekit.offer('J3', 'room-3');
    expect(await answered(3)).toEqual([true, true, false]);
    expect(livekit.of('updateWorker').at(-1)?.value).toMatchObject({
      status: WorkerStatus.WS_FULL,
      load: 1,
      jobCount: 2,
    });
    // Its rooms can still be handed out: the server counts them itself.
    expect(statuses.at(-1)).toMatchObject({ full: null, sessions: 2 });
  });

  it('reports how a job ended and has room again', async () => {
    await runJob('J1', 'room-1');
    await runJob('J2', 'room-2');
    endJob[0]?.();
    failJob[1]?.(new Error('no microphone'));
    await vi.waitFor(() => expect(worker.status.sessions).toBe(0), soon);
    await vi.waitFor(
      () =>
        expect(livekit.of('updateJob').map(({ value }) => [value.jobId, value.status])).toEqual([
          ['J1', JobStatus.JS_RUNNING],
          ['J2', JobStatus.JS_RUNNING],
          ['J1', JobStatus.JS_SUCCESS],
          ['J2', JobStatus.JS_FAILED],
        ]),
      soon,
    );
  });

  it('goes on with its rooms when LiveKit terminates a job: the room itself tells when to leave', async () => {
    await runJob('J1', 'room-1');
    livekit.send({ case: 'termination', value: { jobId: 'J1' } });
    await runJob('J2', 'room-2');
    expect(worker.status.sessions).toBe(2);
  });

  it('registers again when its line breaks, and keeps its jobs', async () => {
    await runJob('J1', 'room-1');
    livekit.breakLine();
    await vi.waitFor(() => expect(livekit.of('register')).toHaveLength(2), soon);
    await vi.waitFor(() => expect(worker.status).toMatchObject({ full: null, sessions: 1 }), soon);
    expect(statuses.some(({ full }) => full === 'livekit_away')).toBe(true);
  });

  it('drains: takes nothing new and ends with its last job', async () => {
    await runJob('J1', 'room-1');
    const drained = vi.fn();
    const draining = worker.drain().then(drained);
    livekit.offer('J2', 'room-2');
    expect(await answered(2)).toEqual([true, false]);
    expect(drained).not.toHaveBeenCalled();
    endJob[0]?.();
    await draining;
    expect(livekit.of('updateWorker').at(-1)?.value.status).toBe(WorkerStatus.WS_FULL);
  });

  it('is full while the machine is, and takes what must be taken all the same', async () => {
    Object.assign(held, { rooms: 1, characters: 1 });
    Object.assign(strain, { cpu: 1 });
    await vi.waitFor(() => expect(statuses.at(-1)).toMatchObject({ full: 'cpu' }), soon);
    livekit.offer('J1', 'room-1');
    expect(await answered(1)).toEqual([false]);
    expect(livekit.of('updateWorker').at(-1)?.value.status).toBe(WorkerStatus.WS_FULL);
    worker.openUp();
    expect(statuses.at(-1)).toMatchObject({ full: 'cpu' });
    await vi.waitFor(
      () => expect(livekit.of('updateWorker').at(-1)?.value.status).toBe(WorkerStatus.WS_AVAILABLE),
      soon,
    );
    expect(livekit.of('updateWorker').at(-1)?.value.load).toBeCloseTo(0.6, 5);
    livekit.offer('J2', 'room-2');
    expect(await answered(2)).toEqual([false, true]);
  });

  it('lives on when LiveKit sends what it does not know', async () => {
    livekit.sendGarbage();
    await runJob('J1', 'room-1');
  });
});
