import { EventEmitter } from 'node:events';
import {
  DisconnectReason,
  Room,
  RoomEvent,
  TrackKind,
  TrackSource,
  type Track,
} from '@livekit/rtc-node';
import type { LiveSound } from '../frames/pcm.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import type { AudioOutput } from '../protocol/connect.ts';
import type { Log } from '../telemetry/log.ts';
import type { MicrophoneLag } from '../telemetry/microphone-lag.ts';
import { connectRoom } from './connect-room.ts';
import { DataLine } from './data-line.ts';
import { DataSink } from './data-sink.ts';
import { isOurs } from './identities.ts';
import { microphone } from './microphone.ts';
import { TrackSink } from './track-sink.ts';
import { Videos, type VideoOffer } from './videos.ts';
import { Voice } from './voice.ts';
import type { VoiceSink } from './voice-sink.ts';

/** Begins to hear a microphone; it is heard until its track ends or the signal aborts. */
export type OpenMicrophone = (signal: AbortSignal) => LiveSound;

export type AgentRoomEvents = {
  /** A human is in the room. LiveKit may say so late of one who publishes nothing: up to 3 s. */
  arrived: [identity: string];
  /** `byChoice` is false when the connection was lost: they may come back. */
  left: [identity: string, byChoice: boolean];
  /** Somebody receives our voice: they are here and ready for it. */
  listened: [];
  microphone: [identity: string, open: OpenMicrophone];
  microphoneGone: [identity: string];
  /** The microphone was muted: no sound comes from it until further notice. */
  microphoneMuted: [identity: string];
  /** All videos that a participant publishes, whenever one of them is different. */
  videos: [identity: string, offers: VideoOffer[]];
  /** From a human; in the first 3 s of one who publishes nothing LiveKit does not name the sender. */
  data: [bytes: Uint8Array, identity: string | undefined];
  /** We are out of the room: it was closed or the connection is gone for good, or another process is us now. */
  closed: [why: 'gone' | 'replaced'];
};

export type JoinRoom = {
  url: string;
  token: string;
  clock: Clock;
  log: Log;
  /** Of all microphones of the process. */
  lag: MicrophoneLag;
  /** False for one who only speaks and tells: nothing of the others is received. */
  listens?: boolean;
  /** How messages with its sound are sent; by itself where it is left out. */
  send?: (message: ClientBoundMessage, isVoid: () => boolean) => void;
};

/** A LiveKit room as an agent process sees it, and the only place that knows LiveKit's client. */
export class AgentRoom implements Closable {
  readonly events = new EventEmitter<AgentRoomEvents>();
  readonly data: DataLine;
  readonly #room: Room;
  readonly #deps: JoinRoom;
  readonly #videos: Videos;
  #track: Promise<TrackSink | undefined> | undefined;
  #listenedTo = false;
  #closing: Promise<void> | undefined;

  private constructor(room: Room, deps: JoinRoom) {
    this.#room = room;
    this.#deps = deps;
    this.data = new DataLine({
      ...deps,
      publish: async (bytes, to) => {
        await room.localParticipant?.publishData(bytes, {
          reliable: true,
          ...(to !== undefined && { destination_identities: [to] }),
        });
      },
    });
    this.#listen();
    this.#videos = new Videos(room, (identity, offers) => {
      // Nobody looks: then none is sent to us.
      if (!this.events.emit('videos', identity, offers))
        for (const offer of offers) offer.want(false, 0);
    });
  }

  /** @throws LiveKit's ConnectError when the room cannot be joined */
  static async join(deps: JoinRoom): Promise<AgentRoom> {
    const room = new Room();
    await connectRoom(room, deps.url, deps.token, { autoSubscribe: deps.listens ?? true });
    return new AgentRoom(room, deps);
  }

  get humans(): string[] {
    return [...this.#room.remoteParticipants.keys()].filter((identity) => !isOurs(identity));
  }

  /**
   * Puts the track of a voice into the room before anybody is there to hear it: it takes a round of negotiation, and
   * this way it is part of what a client is told when it joins.
   */
  prepareVoice(): void {
    this.#track ??= this.#publish();
  }

  /** Tells again what was there before anyone listened. */
  replay(): void {
    if (this.#listenedTo) this.events.emit('listened');
    for (const participant of this.#room.remoteParticipants.values()) {
      if (isOurs(participant.identity)) continue;
      this.events.emit('arrived', participant.identity);
      for (const { track, source } of participant.trackPublications.values()) {
        if (track) this.#onTrack(track, source, participant.identity);
      }
      this.#videos.tell(participant);
    }
  }

  /** A voice in the room, over the routes that the client asked for. One at a time. */
  async openVoice(output: AudioOutput, others: readonly VoiceSink[] = []): Promise<Voice> {
    const sinks: VoiceSink[] = [...others];
    if (output.audio_routing === 'data_only') await this.#dropTrack();
    else {
      this.prepareVoice();
      const track = await this.#track;
      if (track) sinks.push(track);
    }
    if (output.audio_routing !== 'audio_only') {
      sinks.push(
        new DataSink(output, (message, isVoid) => {
          const { send } = this.#deps;
          if (send) send(message, isVoid);
          else this.data.send(message, isVoid);
        }),
      );
    }
    return new Voice(this.#deps.clock, sinks);
  }

  /** Nobody speaks from here. */
  withoutVoice(): Promise<void> {
    return this.#dropTrack();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#closeOnce());
  }

  async #closeOnce(): Promise<void> {
    const inRoom = this.#room.isConnected;
    if (inRoom) await this.data.close();
    this.events.removeAllListeners();
    this.#room.removeAllListeners();
    // Leaving takes the track out of the room with us.
    await this.#room.disconnect();
    await this.#dropTrack();
  }

  async #publish(): Promise<TrackSink | undefined> {
    const participant = this.#room.localParticipant;
    return participant && (await TrackSink.publish(participant, this.#deps.log));
  }

  async #dropTrack(): Promise<void> {
    const track = await this.#track?.catch(() => undefined);
    this.#track = undefined;
    await track?.close(this.#room.isConnected);
  }

  #listen(): void {
    const { events } = this;
    this.#room
      .on(RoomEvent.ParticipantConnected, ({ identity }) => {
        if (!isOurs(identity)) events.emit('arrived', identity);
      })
      .on(RoomEvent.ParticipantDisconnected, ({ identity, disconnectReason }) => {
        if (!isOurs(identity))
          events.emit('left', identity, disconnectReason === DisconnectReason.CLIENT_INITIATED);
      })
      .on(RoomEvent.LocalTrackSubscribed, () => {
        this.#listenedTo = true;
        events.emit('listened');
      })
      .on(RoomEvent.TrackSubscribed, (track, publication, { identity }) => {
        // Our own characters need not be heard by us.
        if (isOurs(identity)) publication.setSubscribed(false);
        else this.#onTrack(track, publication.source, identity);
      })
      .on(RoomEvent.TrackUnsubscribed, (track, _publication, { identity }) => {
        if (track.kind === TrackKind.KIND_AUDIO) events.emit('microphoneGone', identity);
      })
      .on(RoomEvent.TrackMuted, ({ kind }, { identity }) => {
        if (kind === TrackKind.KIND_AUDIO) events.emit('microphoneMuted', identity);
      })
      .on(RoomEvent.DataReceived, (bytes, participant) => {
        if (!isOurs(participant?.identity ?? '')) events.emit('data', bytes, participant?.identity);
      })
      .on(RoomEvent.Disconnected, (reason) => {
        const isReplaced = reason === DisconnectReason.DUPLICATE_IDENTITY;
        events.emit('closed', isReplaced ? 'replaced' : 'gone');
      });
  }

  #onTrack(track: Track, source: TrackSource | undefined, identity: string): void {
    const isVoice = source !== TrackSource.SOURCE_SCREENSHARE_AUDIO && !isOurs(identity);
    if (track.kind !== TrackKind.KIND_AUDIO || !isVoice) return;
    this.events.emit('microphone', identity, (signal) => microphone(track, this.#deps, signal));
  }
}
