import type { PartialMessage } from '@bufbuild/protobuf';
import {
  JobType,
  ParticipantPermission,
  ServerMessage,
  WorkerMessage,
  type AvailabilityRequest,
  type JobAssignment,
} from '@livekit/protocol';
import type { Clock } from '../lifetime/clock.ts';
import { ReconnectingSocket, type SocketDown } from '../lifetime/reconnecting-socket.ts';
import type { Closable } from '../lifetime/scope.ts';
import { agentToken } from '../room/agent-token.ts';
import type { LivekitDoor } from '../room/rooms.ts';
import type { Log } from '../telemetry/log.ts';

export type WorkerLineSettings = {
  /** Asked at each connection: the server may have said something new meanwhile. */
  livekit: () => LivekitDoor;
  /** The name that dispatches ask for. */
  agentName: string;
  clock: Clock;
  log: Log;
};

export type WorkerLineEvents = {
  /** LiveKit has us on its list, or not any more. */
  onRegistration: () => void;
  onOffer: (offer: AvailabilityRequest) => void;
  onAssignment: (assignment: JobAssignment) => void;
};

const reconnect = { firstMs: 100, lastMs: 5_000 };
/** LiveKit answers a ping at once. */
const heartbeat = { pingEveryMs: 2_000, silentMs: 6_000 };
const maxMessageBytes = 1_048_576;
/** LiveKit's own name for the first version of its agent protocol. */
const protocolVersion = 1;

/**
 * A worker's line to LiveKit: registers at each connection, and is made anew when it breaks.
 * Protocol: livekit_agent.proto; livekit-server pkg/service/agentservice.go and pkg/agent/worker.go.
 */
export class WorkerLine implements Closable {
  readonly #socket: ReconnectingSocket;
  #isRegistered = false;

  constructor(
    private readonly settings: WorkerLineSettings,
    private readonly events: WorkerLineEvents,
  ) {
    const { livekit, clock } = settings;
    this.#socket = new ReconnectingSocket(
      {
        address: () => ({
          url: workerUrl(livekit().url),
          headers: { authorization: `Bearer ${agentToken(livekit())}` },
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
  }

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  /** What is lost while there is no line is not missed: LiveKit forgets a worker's jobs together with its line. */
  send(message: NonNullable<PartialMessage<WorkerMessage>['message']>): void {
    this.#socket.send(new WorkerMessage({ message }).toBinary());
  }

  /** Leaves LiveKit's list. */
  close(): Promise<void> {
    return this.#socket.close();
  }

  #register(): void {
    this.send({
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
    if (this.#isRegistered) log.warn({ down }, 'the line to LiveKit broke');
    else log.info({ down }, 'LiveKit is not there yet');
    if (!this.#isRegistered) return;
    this.#isRegistered = false;
    this.events.onRegistration();
  }

  #onMessage(data: Buffer): void {
    const { log } = this.settings;
    const message = this.#parse(data);
    switch (message?.case) {
      case 'register':
        log.info({ workerId: message.value.workerId }, 'registered with LiveKit');
        this.#isRegistered = true;
        this.events.onRegistration();
        return;
      case 'availability':
        this.events.onOffer(message.value);
        return;
      case 'assignment':
        this.events.onAssignment(message.value);
        return;
      case 'termination':
        // Not obeyed. LiveKit says it, wrongly, of the new job when a ghost of the same identity is put out of a room
        // that was taken over. Where it is meant, LiveKit also puts our participant out, and the session sees that.
        log.debug({ jobId: message.value.jobId }, 'LiveKit terminated a job');
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
}

function workerUrl(livekit: string): string {
  const url = new URL(livekit);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/agent`;
  url.searchParams.set('protocol', String(protocolVersion));
  return url.href;
}
