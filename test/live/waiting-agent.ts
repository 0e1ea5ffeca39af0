import { randomUUID } from 'node:crypto';
import {
  AudioSource,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
} from '@livekit/rtc-node';
import { openStrainMeter, type StrainMeter } from '../../src/dispatch/strain-meter.ts';
import { unlimited } from '../../src/dispatch/strain.ts';
import { Worker, type Job } from '../../src/dispatch/worker.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import type { Assignment } from '../../src/protocol/journal.ts';
import { connectRoom } from '../../src/room/connect-room.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { TcpRelay } from '../fakes/tcp-relay.ts';

export type Places = { serverPort: number; livekitPort: number; secret: string };

/** An agent that joins every room it is given and says nothing: dispatch with real lines and real rooms. */
export class WaitingAgent {
  readonly rooms = new Map<string, Room>();
  readonly assigned: Assignment[] = [];
  /** When each job came, on `performance.now()`. */
  readonly jobAtMs = new Map<string, number>();
  journal!: Journal;
  worker!: Worker;
  readonly #strain: StrainMeter = openStrainMeter({ clock: systemClock });
  readonly #ends = new Map<string, () => void>();
  #relays: TcpRelay[] = [];

  static async open({ serverPort, livekitPort, secret }: Places): Promise<WaitingAgent> {
    const agent = new WaitingAgent();
    const toServer = await TcpRelay.open(serverPort);
    const toLivekit = await TcpRelay.open(livekitPort);
    agent.#relays = [toServer, toLivekit];
    const journal = await openJournal({
      url: `http://127.0.0.1:${toServer.port}`,
      secret,
      agentId: randomUUID(),
      clock: systemClock,
      log: silentLog,
      currentRooms: () => [...agent.rooms.keys()],
    });
    agent.journal = journal;
    journal.events.on('assign', (assignment) => agent.#assign(assignment));
    journal.events.on('leaveRoom', ({ roomName }) => void agent.#leave(roomName));
    journal.events.on('endSession', ({ sessionId }) => {
      const ended = agent.assigned.find((assignment) => assignment.sessionId === sessionId);
      if (ended) void agent.#leave(ended.roomName);
    });
    const { livekit, agentName, maxSessions } = journal.welcome;
    journal.events.on('openUp', () => agent.worker.openUp());
    agent.worker = new Worker({
      livekit: () => ({ ...livekit, url: `ws://127.0.0.1:${toLivekit.port}` }),
      agentName,
      maxSessions: maxSessions ?? 4,
      strain: agent.#strain,
      limits: unlimited,
      held: () => ({ rooms: agent.assigned.length, characters: agent.assigned.length }),
      clock: systemClock,
      log: silentLog,
      onJob: (job) => agent.#onJob({ ...job, url: livekit.url }),
      onStatus: (status) => {
        journal.status(status);
      },
    });
    return agent;
  }

  /** Its lines break as when its process is killed; its rooms keep a ghost of it, as they do then. */
  cutOff(): void {
    for (const relay of this.#relays) relay.cut();
  }

  async close(): Promise<void> {
    await this.worker.close();
    await Promise.all([...this.rooms.keys()].map((roomName) => this.#leave(roomName)));
    await this.journal.close();
    this.cutOff();
    await this.#strain.close();
  }

  async #onJob({ roomName, url, token }: Job): Promise<void> {
    this.jobAtMs.set(roomName, performance.now());
    const room = new Room();
    const ended = new Promise<void>((resolve) => this.#ends.set(roomName, resolve));
    room.on(RoomEvent.Disconnected, () => void this.#leave(roomName));
    room.on(RoomEvent.ParticipantConnected, () => this.#meet(roomName));
    await connectRoom(room, url, token, { autoSubscribe: false });
    this.rooms.set(roomName, room);
    // Who publishes is seen by others at once; who does not, only after three seconds.
    const voice = LocalAudioTrack.createAudioTrack('voice', new AudioSource(24_000, 1));
    await room.localParticipant?.publishTrack(voice, new TrackPublishOptions());
    const assignment = await this.journal.roomJoined(roomName);
    if (assignment) this.#assign(assignment);
    await ended;
  }

  #assign(assignment: Assignment): void {
    this.assigned.push(assignment);
    this.#meet(assignment.roomName);
  }

  /** Tells the server once the session is known and its client is in the room. */
  #meet(roomName: string): void {
    const session = this.assigned.find((assignment) => assignment.roomName === roomName);
    const others = this.rooms.get(roomName)?.remoteParticipants;
    if (session && others?.has(session.userIdentity))
      void this.journal.clientJoined(session.sessionId).catch(() => undefined);
  }

  async #leave(roomName: string): Promise<void> {
    const room = this.rooms.get(roomName);
    if (!this.rooms.delete(roomName)) return;
    void this.journal.roomLeft(roomName).catch(() => undefined);
    await room?.disconnect();
    this.#ends.get(roomName)?.();
  }
}
