import {
  DisconnectReason,
  Room,
  RoomEvent,
  setLogLevel,
  Track,
  type LocalTrackPublication,
  type RemoteParticipant,
  type RemoteTrack,
} from 'livekit-client';
import { patienceMs } from './failure.ts';

export type CallListener = {
  onPacket(bytes: Uint8Array): void;
  /** The character's sound; undefined when it is gone. */
  onVoice(track: MediaStreamTrack | undefined): void;
  onSoundBlocked(blocked: boolean): void;
  /** The agent left, or another took its place; whatever it was saying will not be finished. */
  onCharacterGone(): void;
  onReconnecting(): void;
  onReconnected(): void;
  /** The microphone went away by itself. */
  onMicrophoneLost(error: unknown): void;
  /** @param reason undefined when this side hung up */
  onClosed(reason: string | undefined): void;
};

// Its running commentary belongs to who debugs LiveKit; the messages are in the drawer.
setLogLevel('warn');

const encoder = new TextEncoder();

/** One stay in a LiveKit room. Made at the press of a button, so that it may play sound. */
export class Call {
  readonly #room = new Room();
  readonly #listener: CallListener;
  #voice: { track: RemoteTrack; element: HTMLMediaElement } | undefined;
  #agentSid: string | undefined;
  #hungUp = false;

  constructor(listener: CallListener) {
    this.#listener = listener;
    const room = this.#room;
    room.on(RoomEvent.DataReceived, (bytes, sender) => {
      this.#meet(sender);
      listener.onPacket(bytes);
    });
    room.on(RoomEvent.TrackSubscribed, (track, _publication, sender) => {
      this.#meet(sender);
      this.#onTrack(track);
    });
    room.on(RoomEvent.TrackUnsubscribed, (track) => this.#onTrackGone(track));
    room.on(RoomEvent.AudioPlaybackStatusChanged, () => {
      listener.onSoundBlocked(!room.canPlaybackAudio);
    });
    room.on(RoomEvent.ParticipantDisconnected, () => {
      this.#agentSid = undefined;
      listener.onCharacterGone();
    });
    room.on(RoomEvent.SignalReconnecting, () => listener.onReconnecting());
    room.on(RoomEvent.Reconnecting, () => listener.onReconnecting());
    room.on(RoomEvent.Reconnected, () => listener.onReconnected());
    room.on(RoomEvent.MediaDevicesError, (error) => listener.onMicrophoneLost(error));
    room.on(RoomEvent.Disconnected, (reason) => this.#onDisconnected(reason));
    void room.startAudio();
  }

  /** @throws what LiveKit throws, or an error after `patienceMs` */
  async join(url: string, token: string): Promise<void> {
    const late = timeoutAfter(patienceMs);
    try {
      await Promise.race([
        this.#room.connect(url, token, {
          maxRetries: 0,
          websocketTimeout: patienceMs,
          peerConnectionTimeout: patienceMs,
        }),
        late.promise,
      ]);
    } finally {
      late.cancel();
    }
  }

  /** @throws what the browser throws when there is no microphone to be had */
  async openMicrophone(): Promise<MediaStreamTrack | undefined> {
    const publication: LocalTrackPublication | undefined =
      await this.#room.localParticipant.setMicrophoneEnabled(true, {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      });
    return publication?.track?.mediaStreamTrack;
  }

  async muteMicrophone(): Promise<void> {
    await this.#room.localParticipant.setMicrophoneEnabled(false);
  }

  async send(message: unknown): Promise<void> {
    const bytes = encoder.encode(JSON.stringify(message));
    await this.#room.localParticipant.publishData(bytes, { reliable: true });
  }

  /** To be called at the press of a button. */
  async allowSound(): Promise<void> {
    await this.#room.startAudio();
  }

  async hangUp(): Promise<void> {
    this.#hungUp = true;
    await this.#room.disconnect();
  }

  /** An agent that takes over bears the name of the one before, so LiveKit shows both as one who never left. */
  #meet(sender: RemoteParticipant | undefined): void {
    if (!sender) return;
    if (this.#agentSid !== undefined && this.#agentSid !== sender.sid)
      this.#listener.onCharacterGone();
    this.#agentSid = sender.sid;
  }

  #onTrack(track: RemoteTrack): void {
    if (track.kind !== Track.Kind.Audio) return;
    this.#removeVoice();
    const element = track.attach();
    element.dataset.testid = 'voice';
    document.body.append(element);
    this.#voice = { track, element };
    this.#listener.onVoice(track.mediaStreamTrack);
  }

  #onTrackGone(track: RemoteTrack): void {
    // When another agent takes over, its track may come before the old one is reported gone.
    if (this.#voice?.track !== track) return;
    this.#removeVoice();
    this.#listener.onVoice(undefined);
  }

  #removeVoice(): void {
    this.#voice?.track.detach();
    this.#voice?.element.remove();
    this.#voice = undefined;
  }

  #onDisconnected(reason: DisconnectReason | undefined): void {
    this.#removeVoice();
    this.#listener.onClosed(this.#hungUp ? undefined : wordsForEnd(reason));
  }
}

const endings = new Map([
  [DisconnectReason.SERVER_SHUTDOWN, 'The media server is shutting down.'],
  [DisconnectReason.ROOM_DELETED, 'The server closed the room.'],
  [DisconnectReason.ROOM_CLOSED, 'The server closed the room.'],
  [DisconnectReason.PARTICIPANT_REMOVED, 'The server ended this session.'],
  [DisconnectReason.DUPLICATE_IDENTITY, 'The same session was opened elsewhere.'],
]);

function wordsForEnd(reason: DisconnectReason | undefined): string {
  const known = reason === undefined ? undefined : endings.get(reason);
  return known ?? 'The network or the media server went away.';
}

function timeoutAfter(ms: number): { promise: Promise<never>; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${ms / 1000} s`)), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
