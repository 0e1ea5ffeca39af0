import {
  RoomEvent,
  TrackKind,
  TrackSource,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
} from '@livekit/rtc-node';
import type { RawFrame } from '../sight/seen-frame.ts';
import { isOurs } from './identities.ts';
import { grabFrame, preferSize } from './video-frame.ts';

/** A video that a participant publishes. */
export interface VideoOffer {
  readonly id: string;
  readonly name: string;
  readonly source: 'camera' | 'screen' | 'other';
  readonly isMuted: boolean;
  /** Whether frames of it reach us. */
  readonly isOpen: boolean;
  /** Whether we want it sent; only what changes is told to LiveKit. @param longestSide pixels that are enough */
  want(isWanted: boolean, longestSide: number): void;
  /** The next frame. @returns undefined when the video ended or the signal aborted before one came */
  grab(signal: AbortSignal): Promise<RawFrame | undefined>;
}

/** Which videos the people in a room publish. LiveKit sends us all of them until they are told to be unwanted. */
export class Videos {
  /** What LiveKit was told: the longest side that is enough, null for nothing. */
  readonly #wanted = new Map<string, number | null>();

  /** @param onChange told all videos of a participant whenever one of them is different */
  constructor(
    private readonly room: Room,
    private readonly onChange: (identity: string, offers: VideoOffer[]) => void,
  ) {
    const tell = (participant: RemoteParticipant | undefined) => {
      if (participant) this.tell(participant);
    };
    room
      .on(RoomEvent.TrackPublished, ({ kind }, participant) => {
        if (kind === TrackKind.KIND_VIDEO) tell(participant);
      })
      .on(RoomEvent.TrackUnpublished, ({ kind, sid }, participant) => {
        if (kind !== TrackKind.KIND_VIDEO) return;
        this.#wanted.delete(sid ?? '');
        tell(participant);
      })
      .on(RoomEvent.TrackSubscribed, ({ kind }, publication, participant) => {
        if (kind !== TrackKind.KIND_VIDEO) return;
        const longestSide = this.#wanted.get(publication.sid ?? '') ?? null;
        if (longestSide !== null) preferSize(publication, longestSide);
        tell(participant);
      })
      .on(RoomEvent.TrackUnsubscribed, ({ kind }, _publication, participant) => {
        if (kind === TrackKind.KIND_VIDEO) tell(participant);
      })
      .on(RoomEvent.ParticipantDisconnected, ({ identity, trackPublications }) => {
        for (const sid of trackPublications.keys()) this.#wanted.delete(sid);
        if (!isOurs(identity)) onChange(identity, []);
      });
    for (const event of [RoomEvent.TrackMuted, RoomEvent.TrackUnmuted] as const) {
      room.on(event, ({ kind }, { identity }) => {
        if (kind === TrackKind.KIND_VIDEO) tell(room.remoteParticipants.get(identity));
      });
    }
  }

  tell({ identity, trackPublications }: RemoteParticipant): void {
    if (isOurs(identity)) return;
    const videos = [...trackPublications.values()].filter(
      ({ kind }) => kind === TrackKind.KIND_VIDEO,
    );
    this.onChange(
      identity,
      videos.map((publication) => this.#offer(publication)),
    );
  }

  #offer(publication: RemoteTrackPublication): VideoOffer {
    const { track, sid: id = '', name = '' } = publication;
    return {
      ...{ id, name },
      source: sourceOf(publication),
      isMuted: publication.muted ?? false,
      isOpen: track !== undefined,
      want: (isWanted, longestSide) => {
        const wish = isWanted ? longestSide : null;
        if (this.#wanted.get(id) === wish || !this.room.isConnected) return;
        this.#wanted.set(id, wish);
        publication.setSubscribed(isWanted);
        if (isWanted && track) preferSize(publication, longestSide);
      },
      grab: async (signal) => (track ? grabFrame(track, signal) : undefined),
    };
  }
}

function sourceOf({ source }: RemoteTrackPublication): VideoOffer['source'] {
  if (source === TrackSource.SOURCE_CAMERA) return 'camera';
  return source === TrackSource.SOURCE_SCREENSHARE ? 'screen' : 'other';
}
