import {
  JobStatus,
  JobType,
  WorkerStatus,
  type AvailabilityRequest,
  type JobAssignment,
} from '@livekit/protocol';
import type { Closable } from '../lifetime/scope.ts';
import type { AgentStatus, FullBecause } from '../protocol/journal.ts';
import { agentIdentity } from '../room/identities.ts';
import { Capacity, type CapacityDeps } from './capacity.ts';
import { Jobs } from './jobs.ts';
import { WorkerLine, type WorkerLineSettings } from './worker-line.ts';

export type Job = {
  jobId: string;
  roomName: string;
  /** Where LiveKit is, for the room. */
  url: string;
  /** Lets us into that room as `agentIdentity(roomName)`. */
  token: string;
  /** What the dispatch carries. */
  metadata: string;
};

export type WorkerSettings = CapacityDeps &
  WorkerLineSettings & {
    /** Runs until the room is left. A rejection is a failed job. */
    onJob: (job: Job) => Promise<void>;
    /** Every second, and whenever something changed. */
    onStatus: (status: AgentStatus) => void;
  };

const statusEveryMs = 1_000;
/**
 * LiveKit offers no job to a worker whose load is above its `agents.target_load`, 0.7 unless it is configured: what is
 * told of one that has a place stays below that (livekit-server pkg/service/agentservice.go, JobRequestAffinity).
 */
const heaviestLoad = 0.6;

/**
 * Registers this process with LiveKit as an agent worker and takes the jobs it is offered, as long as it can carry
 * more. Rooms do not depend on this line: it may break and come back while they go on.
 */
export class Worker implements Closable {
  readonly #jobs: Jobs;
  readonly #line: WorkerLine;
  readonly #capacity: Capacity;
  #draining = false;
  #cancelStatus: () => void;

  constructor(private readonly settings: WorkerSettings) {
    const { clock, maxSessions } = settings;
    this.#jobs = new Jobs(maxSessions, clock);
    this.#capacity = new Capacity(settings);
    this.#line = new WorkerLine(settings, {
      onRegistration: () => this.#tell(),
      onOffer: (offer) => this.#onOffer(offer),
      onAssignment: (assignment) => this.#onAssignment(assignment),
    });
    this.#cancelStatus = clock.after(statusEveryMs, () => this.#look());
  }

  get status(): AgentStatus {
    const { maxSessions } = this.settings;
    const { count: sessions } = this.#jobs;
    const load = this.#capacity.load(sessions);
    return { load, sessions, maxSessions, full: this.#fullBecause };
  }

  /** Rooms that were admitted before need an agent: for a moment they are taken, strained or not. */
  openUp(): void {
    this.#capacity.openUp();
    this.#tell();
  }

  get #fullBecause(): FullBecause | null {
    if (this.#draining) return 'draining';
    return this.#line.isRegistered ? this.#capacity.strainedBy : 'livekit_away';
  }

  /** What LiveKit may offer; whom to let in the server decides by `status`. */
  get #takesJobs(): boolean {
    return this.#line.isRegistered && !this.#draining && this.#capacity.hasRoom(this.#jobs.count);
  }

  /** Takes no more jobs. @returns when the last one has ended */
  drain(): Promise<void> {
    this.#draining = true;
    this.#tell();
    return this.#jobs.allEnded();
  }

  /** Leaves LiveKit's list. Running jobs are their owner's. */
  async close(): Promise<void> {
    this.#draining = true;
    this.#cancelStatus();
    await this.#line.close();
  }

  #onOffer({ job }: AvailabilityRequest): void {
    const roomName = job?.room?.name;
    if (!job || roomName === undefined) return;
    const available =
      this.#takesJobs && job.type === JobType.JT_ROOM && this.#jobs.offer(job.id, roomName);
    this.#line.send({
      case: 'availability',
      value: {
        jobId: job.id,
        available,
        participantIdentity: agentIdentity(roomName),
        participantName: 'Parley',
      },
    });
    if (available) this.#tell();
  }

  #onAssignment({ job, token, url }: JobAssignment): void {
    const roomName = job && this.#jobs.begin(job.id);
    // The offer is too old: its place was given up.
    if (!job || roomName === undefined) return;
    const livekitUrl = url === undefined || url === '' ? this.settings.livekit().url : url;
    const taken = { jobId: job.id, roomName, url: livekitUrl, token, metadata: job.metadata };
    void this.#run(taken);
  }

  /** Never rejects. */
  async #run(job: Job): Promise<void> {
    const { jobId, roomName } = job;
    this.#report(jobId, JobStatus.JS_RUNNING);
    try {
      await this.settings.onJob(job);
      this.#report(jobId, JobStatus.JS_SUCCESS);
    } catch (err) {
      this.settings.log.error({ err, jobId, roomName }, 'a job failed');
      this.#report(jobId, JobStatus.JS_FAILED, 'the session failed');
    }
    this.#jobs.end(jobId);
    this.#tell();
  }

  #report(jobId: string, status: JobStatus, error = ''): void {
    this.#line.send({ case: 'updateJob', value: { jobId, status, error } });
  }

  #look(): void {
    this.#capacity.look();
    this.#tell();
    this.#cancelStatus = this.settings.clock.after(statusEveryMs, () => this.#look());
  }

  /** LiveKit and the server alike. */
  #tell(): void {
    const { status } = this;
    const takesJobs = this.#takesJobs;
    this.#line.send({
      case: 'updateWorker',
      value: {
        load: takesJobs ? status.load * heaviestLoad : 1,
        status: takesJobs ? WorkerStatus.WS_AVAILABLE : WorkerStatus.WS_FULL,
        jobCount: status.sessions,
      },
    });
    this.settings.onStatus(status);
  }
}
