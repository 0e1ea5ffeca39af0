import {
  LocalVideoTrack,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
  type LocalParticipant,
} from '@livekit/rtc-node';
import { askFor } from '../src/room/connect-room.ts';

export type CameraOptions = {
  name?: string;
  source?: 'camera' | 'screen';
  width?: number;
  height?: number;
  fps?: number;
  /** Something of every size that moves: a wall alone costs next to nothing to send and to decode. */
  busy?: boolean;
};
/** Red, green, blue: each from 0 to 255. */
type Paint = readonly [number, number, number];

/** A camera before a wall of one colour. */
export class Camera {
  #paint: Paint = [0, 0, 0];
  #captured = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly source: VideoSource,
    private readonly track: LocalVideoTrack,
    private readonly unpublish: () => Promise<void>,
    private readonly fps: number,
    private readonly scene: Uint32Array | undefined,
  ) {}

  static async publish(
    participant: LocalParticipant,
    {
      name = '',
      source: kind = 'camera',
      width = 640,
      height = 360,
      fps = 15,
      busy = false,
    }: CameraOptions,
  ): Promise<Camera> {
    const source = new VideoSource(width, height);
    const track = LocalVideoTrack.createVideoTrack(name, source);
    const options = new TrackPublishOptions();
    options.source = kind === 'camera' ? TrackSource.SOURCE_CAMERA : TrackSource.SOURCE_SCREENSHARE;
    const publication = await participant.publishTrack(track, options);
    return new Camera(
      source,
      track,
      () => participant.unpublishTrack(publication.sid ?? ''),
      fps,
      busy ? sceneOf(width, height) : undefined,
    );
  }

  /** From now on it shows this. */
  show(paint: Paint): void {
    this.#paint = paint;
    this.#timer ??= setInterval(() => {
      this.#capture();
    }, 1000 / this.fps);
  }

  /** As a user switches it off for a while, its track left in the room. */
  mute(isMuted: boolean): void {
    askFor('localTrackMute', { trackHandle: this.track.ffi_handle.handle, mute: isMuted });
  }

  async close(): Promise<void> {
    this.stop();
    await this.unpublish();
    await this.source.close();
  }

  /** No more frames. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #capture(): void {
    const { width, height } = this.source;
    const [red, green, blue] = this.#paint;
    const pixels = new Uint8Array(width * height * 4);
    const words = new Uint32Array(pixels.buffer);
    if (this.scene) {
      const shift = (this.#captured++ * 4) % width;
      words.set(this.scene.subarray(shift, shift + words.length));
    } else {
      words.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    }
    this.source.captureFrame(new VideoFrame(pixels, width, height, VideoBufferType.RGBA));
  }
}

/** Waves of many lengths, a row longer than the picture, so that it can pass by. */
function sceneOf(width: number, height: number): Uint32Array {
  return Uint32Array.from({ length: width * (height + 1) }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const wave = (length: number) =>
      127 + 60 * Math.sin(x / length) + 60 * Math.sin((x + y) / length);
    return ((255 << 24) | (wave(7) << 16) | (wave(23) << 8) | wave(61)) >>> 0;
  });
}
