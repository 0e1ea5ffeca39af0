import type { PartialMessage } from '@bufbuild/protobuf';
import {
  JobStatus,
  JobType,
  ParticipantPermission,
  ServerMessage,
  WorkerMessage,
  WorkerStatus,
  type AvailabilityRequest,
  type JobAssignment,
} from '@livekit/protocol';
import { ReconnectingSocket, type SocketDown } from '../lifetime/reconnecting-socket.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { AgentStatus, FullBecause } from '../protocol/journal.ts';
import { agentToken } from '../room/agent-token.ts';
import { agentIdentity } from '../room/identities.ts';
import type { LivekitDoor } from '../room/rooms.ts';
import { Capacity, type CapacityDeps } from './capacity.ts';
import { Jobs } from './jobs.ts';

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

export type WorkerSettings = CapacityDeps & {
  /** Asked at each connection: the server may have said something new meanwhile. */
  livekit: () => LivekitDoor;
  /** The name that dispatches ask for. */
  agentName: string;
  /** Runs until the room is left. A rejection is a failed job. */
  onJob: (job: Job) => Promise<void>;
  /** Every second, and whenever something changed. */
  onStatus: (status: AgentStatus) => void;
};

const reconnect = { firstMs: 100, lastMs: 5_000 };
/** LiveKit answers a ping at once. */
const heartbeat = { pingEveryMs: 2_000, silentMs: 6_000 };
const statusEveryMs = 1_000;
const maxMessageBytes = 1_048_576;
/**
 * LiveKit offers no job to a worker whose load is above its `agents.target_load`, 0.7 unless it is configured: what is
 * told of one that has a place stays below that (livekit-server pkg/service/agentservice.go, JobRequestAffinity).
 */
const heaviestLoad = 0.6;
/** LiveKit's own name for the first version of its agent protocol. */
const protocolVersion = 1;

/**
 * Registers this process with LiveKit as an agent worker and takes the jobs it is offered, as long as it can carry
 * more. Rooms do not depend on this line: it may break and come back while they go on.
 * Protocol: livekit_agent.proto; livekit-server pkg/service/agentservice.go and pkg/agent/worker.go.
 */
export class Worker implements Closable {
  readonly #jobs: Jobs;
  readonly #socket: ReconnectingSocket;
  readonly #capacity: Capacity;
  #registered = false;
  #draining = false;
  #cancelStatus: () => void;

  constructor(private readonly settings: WorkerSettings) {
    const { clock, maxSessions } = settings;
    this.#jobs = new Jobs(maxSessions, clock);
    this.#capacity = new Capacity(settings);
    this.#socket = new ReconnectingSocket(
      {
        address: () => ({
          url: workerUrl(settings.livekit().url),
          headers: { authorization: `Bearer ${agentToken(settings.livekit())}` },
        }),
        maxMessageBytes,
        ...heartbeat,
        backoff: reconnect,
        onOpen: () => this.#register(),
        onMessage: (data) => this.#onMessage(data),
        onDown: (down) => this.#onDown(down),
      },
      clock,
    );
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
    return this.#registered ? this.#capacity.strainedBy : 'livekit_away';
  }

  /** What LiveKit may offer; whom to let in the server decides by `status`. */
  get #takesJobs(): boolean {
    return this.#registered && !this.#draining && this.#capacity.hasRoom(this.#jobs.count);
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
    await this.#socket.close();
  }

  #register(): void {
    this.#send({
      case: 'register',
      value: {
        type: JobType.JT_ROOM,
        agentName: this.settings.agentName,
        version: '1',
        allowedPermissions: new ParticipantPermission({
          canPublish: true,
          canSubscribe: true,
          canPublishData: true,
          canUpdateMetadata: true,
          agent: true,
        }),
      },
    });
  }

  #onDown(down: SocketDown): void {
    const { log } = this.settings;
    if (this.#registered) log.warn({ down }, 'the line to LiveKit broke');
    else log.info({ down }, 'LiveKit is not there yet');
    if (!this.#registered) return;
    this.#registered = false;
    this.#tell();
  }

  #onMessage(data: Buffer): void {
    const message = this.#parse(data);
    switch (message?.case) {
      case 'register':
        this.settings.log.info({ workerId: message.value.workerId }, 'registered with LiveKit');
        this.#registered = true;
        this.#tell();
        return;
      case 'availability':
        this.#onOffer(message.value);
        return;
      case 'assignment':
        this.#onAssignment(message.value);
        return;
      case 'termination':
        // Not obeyed. LiveKit says it, wrongly, of the new job when a ghost of the same identity is put out of a room
        // that was taken over. Where it is meant, LiveKit also puts our participant out, and the session sees that.
        this.settings.log.debug({ jobId: message.value.jobId }, 'LiveKit terminated a job');
        return;
      case 'pong':
      case undefined:
    }
  }

  #parse(data: Buffer): ServerMessage['message'] | undefined {
    try {
      return ServerMessage.fromBinary(data).message;
    } catch (err) {
      this.settings.log.error({ err }, 'LiveKit sent what is no message');
      return undefined;
    }
  }

  #onOffer({ job }: AvailabilityRequest): void {
    const roomName = job?.room?.name;
    if (!job || roomName === undefined) return;
    const available =
      this.#takesJobs && job.type === JobType.JT_ROOM && this.#jobs.offer(job.id, roomName);
    this.#send({
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
    this.#send({ case: 'updateJob', value: { jobId, status, error } });
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
    this.#send({
      case: 'updateWorker',
      value: {
        load: takesJobs ? status.load * heaviestLoad : 1,
        status: takesJobs ? WorkerStatus.WS_AVAILABLE : WorkerStatus.WS_FULL,
        jobCount: status.sessions,
      },
    });
    this.settings.onStatus(status);
  }

  /** What is lost while there is no line is not missed: LiveKit forgets a worker's jobs together with its line. */
  #send(message: NonNullable<PartialMessage<WorkerMessage>['message']>): void {
    this.#socket.send(new WorkerMessage({ message }).toBinary());
  }
}

function workerUrl(livekit: string): string {
  const url = new URL(livekit);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/agent`;
  url.searchParams.set('protocol', String(protocolVersion));
  return url.href;
}
