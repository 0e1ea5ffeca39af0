import {
  VideoBufferType,
  VideoRotation,
  VideoStream,
  type RemoteTrackPublication,
  type Track,
  type VideoFrameEvent,
} from '@livekit/rtc-node';
import type { Picture } from '../frames/picture.ts';
import { asError } from '../lifetime/clock.ts';
import type { RawFrame } from '../sight/seen-frame.ts';
import { askFor } from './connect-room.ts';

/** Below it text on a screen becomes unreadable, above it files grow and models see no more. */
const jpegQuality = 80;

/**
 * The next frame of a track. A stream that stays open would copy each of its thirty frames a second into this process:
 * so one is opened for each frame that is wanted.
 */
export async function grabFrame(track: Track, signal: AbortSignal): Promise<RawFrame | undefined> {
  if (signal.aborted) return undefined;
  const reader = new VideoStream(track).getReader();
  const cancel = () => void reader.cancel(asError(signal.reason)).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { done, value } = await reader.read();
    return done ? undefined : new TrackFrame(value);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Of a video that is sent in several sizes, the one that is enough costs least to decode. */
export function preferSize({ ffiHandle, width, height }: RemoteTrackPublication, side: number) {
  // Some clients do not say how large it is.
  if (!width || !height) return;
  const scale = Math.min(1, side / Math.max(width, height));
  askFor('updateRemoteTrackPublicationDimension', {
    trackPublicationHandle: ffiHandle.handle,
    width: Math.round(width * scale),
    height: Math.round(height * scale),
  });
}

const degrees = {
  [VideoRotation.VIDEO_ROTATION_0]: 0,
  [VideoRotation.VIDEO_ROTATION_90]: 90,
  [VideoRotation.VIDEO_ROTATION_180]: 180,
  [VideoRotation.VIDEO_ROTATION_270]: 270,
};

/** As the decoder made it: 12 bits a pixel. Phones send it lying down and say how far it is to be turned. */
class TrackFrame implements RawFrame {
  constructor(private readonly event: VideoFrameEvent) {}

  get width(): number {
    return this.event.frame.width;
  }

  get height(): number {
    return this.event.frame.height;
  }

  get bytes(): number {
    return this.event.frame.data.byteLength;
  }

  async encode(longestSide: number): Promise<Picture> {
    // Loaded by the first who needs it: most sessions have only sound.
    const { default: sharp } = await import('sharp');
    sharp.cache(false);
    // Without an alpha channel: with one, scaling costs twice as much.
    const { data, width, height } = this.event.frame.convert(VideoBufferType.RGB24);
    const { data: jpeg, info } = await sharp(data, { raw: { width, height, channels: 3 } })
      .rotate(degrees[this.event.rotation])
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: jpegQuality })
      .toBuffer({ resolveWithObject: true });
    return { jpeg, width: info.width, height: info.height };
  }
}
