import type { FaceFormat } from '../face/rig.ts';
import type { SessionSettings } from '../protocol/connect.ts';

/** What a client wants of the character's face. */
export type FaceWish = {
  /** `visemes`: a message for each moment of the mouth. `frames`: blendshapes, so many in a message. */
  as: 'visemes' | 'frames';
  format: FaceFormat;
  fps: number;
  /** Frames in a message; undefined for messages of a single frame. */
  chunkFrames: number | undefined;
  /** How long before its sound a frame may be sent. */
  aheadMs: number;
};

/** A client applies `visemes` when they arrive, so more of them than a screen shows are of no use. */
const visemesFps = 50;
/** Frames that come with `deliver_chunks_ahead`; a cut cancels them, so that more would only be thrown away. */
const mostAheadMs = 2_000;
/** A chunk must fit a packet of 64,000 bytes with room for its envelope. */
const mostChunkBytes = 62_000;
/** Of a value in JSON, comma included: `-0.123,`. Only turns of the head, which are few, are negative. */
const valueBytes = 6.2;
const columns: Readonly<Record<FaceFormat, number>> = { arkit: 61, mha: 251, visemes: 15 };

/** @returns undefined when the client wants none */
export function faceWish(
  settings: Pick<SessionSettings, 'blendshape_provider' | 'blendshape_config'>,
): FaceWish | undefined {
  const { blendshape_provider: provider, blendshape_config: config } = settings;
  switch (provider) {
    case 'not_provided':
      return undefined;
    case 'ovr':
      return {
        as: 'visemes',
        format: 'visemes',
        fps: Math.min(visemesFps, config?.output_fps ?? visemesFps),
        chunkFrames: undefined,
        aheadMs: 0,
      };
    case 'neurosync': {
      const { format, output_fps: fps, enable_chunking, chunk_size } = config ?? defaults;
      const fitting = Math.floor(mostChunkBytes / (columns[format] * valueBytes));
      return {
        as: 'frames',
        format,
        fps,
        chunkFrames: enable_chunking ? Math.min(chunk_size, fitting) : undefined,
        aheadMs: aheadOf(config),
      };
    }
  }
}

const defaults = { format: 'mha', output_fps: 60, enable_chunking: true, chunk_size: 10 } as const;

function aheadOf(config: SessionSettings['blendshape_config']): number {
  if (!config) return 0;
  const wantedMs = config.frames_buffer_duration * 1000;
  return config.deliver_chunks_ahead ? mostAheadMs : Math.min(mostAheadMs, wantedMs);
}
