import { AudioStream, Room, RoomEvent, TrackKind, type RemoteTrack } from '@livekit/rtc-node';
import { ConnectResponse } from '../src/protocol/connect.ts';
import { connectRoom } from '../src/room/connect-room.ts';
import { Camera, type CameraOptions } from './camera.ts';
import { HeardSound } from './heard-sound.ts';
import { Microphone } from './microphone.ts';
import { RoomNoise } from './room-noise.ts';

export type CallerOptions = {
  /** The server's address, as `http://127.0.0.1:8080`. */
  url: string;
  apiKey: string;
  /** The body of `/connect`. */
  body: Record<string, unknown>;
  /** Whether to publish a microphone at once; clients may begin without. */
  microphone?: boolean;
  /** Whether the microphone stands in a room that can be heard; else its silence is digital. */
  noisy?: boolean;
};

/** A message of the server and when it came, on `performance.now()`. */
export type Received = { atMs: number; message: Record<string, unknown> };

/** /connect was refused. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`/connect answered ${status}: ${JSON.stringify(body)}`);
  }
}

export const callerRateHz = 24_000;
/** Only what never comes is waited for so long: a ceiling for machines that are busy with something else. */
const patienceMs = 90_000;

/** A real client: asks for a room, joins it, speaks into a microphone in real time, and hears what comes back. */
export class Caller {
  readonly received: Received[] = [];
  readonly sound = new HeardSound();
  readonly #room: Room;
  readonly #noise: RoomNoise | undefined;
  readonly #waiting = new Set<() => void>();
  #microphone: Microphone | undefined;
  readonly #cameras: Camera[] = [];
  #left = false;

  private constructor(
    readonly answer: ConnectResponse,
    /** When /connect was asked. */
    readonly askedAtMs: number,
    room: Room,
    isNoisy: boolean,
  ) {
    this.#room = room;
    this.#noise = isNoisy ? new RoomNoise() : undefined;
    room.on(RoomEvent.DataReceived, (bytes) => {
      this.#onData(bytes);
    });
    room.on(RoomEvent.TrackSubscribed, (track) => {
      this.#onTrack(track).catch((cause: unknown) => {
        // A stream that ends with its room has nobody left who hears it.
        if (!this.#left) console.error('a track could not be heard any more', cause);
      });
    });
    room.on(RoomEvent.Disconnected, () => {
      this.#left = true;
      this.#wake();
    });
  }

  /** @throws {Refused} when the server says no */
  static async connect(options: CallerOptions): Promise<Caller> {
    const askedAtMs = performance.now();
    const answer = await askConnect(options);
    const caller = new Caller(answer, askedAtMs, new Room(), options.noisy ?? false);
    await connectRoom(caller.#room, answer.room_url, answer.token);
    if (options.microphone ?? true) await caller.openMicrophone();
    return caller;
  }

  get connected(): boolean {
    return this.#room.isConnected && !this.#left;
  }

  get remoteIdentities(): string[] {
    return [...this.#room.remoteParticipants.keys()];
  }

  /** Sound tracks that others publish in the room. */
  get remoteTracks(): number {
    const publications = [...this.#room.remoteParticipants.values()].map(
      ({ trackPublications }) => trackPublications.size,
    );
    return publications.reduce((sum, count) => sum + count, 0);
  }

  async openMicrophone(): Promise<void> {
    const { localParticipant } = this.#room;
    if (!localParticipant) throw new Error('not in the room');
    const options = { rateHz: callerRateHz, noise: this.#noise };
    this.#microphone = await Microphone.publish(localParticipant, options);
  }

  async openCamera(options: CameraOptions = {}): Promise<Camera> {
    const { localParticipant } = this.#room;
    if (!localParticipant) throw new Error('not in the room');
    const camera = await Camera.publish(localParticipant, options);
    this.#cameras.push(camera);
    return camera;
  }

  /** Speaks in real time. @returns when its last sample was handed to WebRTC, on `performance.now()` */
  async speak(samples: Int16Array): Promise<number> {
    if (!this.#microphone) throw new Error('there is no microphone');
    return this.#microphone.speak(samples);
  }

  /** @param message one packet: bytes, a text, or anything that becomes JSON */
  async send(message: unknown): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const bytes = message instanceof Uint8Array ? message : new TextEncoder().encode(text);
    await this.#room.localParticipant?.publishData(bytes, { reliable: true });
  }

  /** The first message of this kind from `fromIndex` on, waiting for it if need be. */
  async message(
    kind: string,
    { fromIndex = 0, timeoutMs = patienceMs }: { fromIndex?: number; timeoutMs?: number } = {},
  ): Promise<Received> {
    return this.until(
      () => this.received.slice(fromIndex).find(({ message }) => kindOf(message) === kind),
      `the message ${kind}`,
      timeoutMs,
    );
  }

  /** Waits until `look` finds something; looked at whenever a message or sound came. */
  async until<T>(look: () => T | undefined, what: string, timeoutMs = patienceMs): Promise<T> {
    const giveUpAtMs = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const leftMs = giveUpAtMs - performance.now();
      if (leftMs <= 0) {
        const seen = this.received.map(({ message }) => kindOf(message)).slice(-30);
        console.error(JSON.stringify(this.received.slice(-3)));
        throw new Error(`waited ${timeoutMs} ms for ${what}; came last: ${seen.join(', ')}`);
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.min(leftMs, 100));
        this.#waiting.add(wake);
      });
    }
  }

  async leave(): Promise<void> {
    this.#left = true;
    // A track that is told of only now can be opened no more.
    this.#room.removeAllListeners(RoomEvent.TrackSubscribed);
    this.#microphone?.stop();
    for (const camera of this.#cameras) camera.stop();
    await this.#room.disconnect();
    await this.#microphone?.close();
  }

  #onData(bytes: Uint8Array): void {
    const message: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof message !== 'object' || message === null) return;
    this.received.push({ atMs: performance.now(), message: { ...message } });
    this.#wake();
  }

  async #onTrack(track: RemoteTrack): Promise<void> {
    if (track.kind !== TrackKind.KIND_AUDIO) return;
    const stream = new AudioStream(track, {
      sampleRate: callerRateHz,
      numChannels: 1,
      frameSizeMs: 10,
    });
    for await (const frame of stream) {
      this.sound.push(frame.data, performance.now());
      if (this.#left) return;
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** The kind of a message in either envelope form. */
export function kindOf(message: Record<string, unknown>): string {
  const data = message['data'];
  if (
    message['type'] === 'server-message' &&
    typeof data === 'object' &&
    data !== null &&
    'type' in data
  ) {
    return String(data.type);
  }
  return String(message['type']);
}

async function askConnect({ url, apiKey, body }: CallerOptions): Promise<ConnectResponse> {
  const response = await fetch(`${url}/connect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refused(response.status, answer);
  return ConnectResponse.parse(answer);
}
