import { FaceTrack, framesWithin } from '../face/face-track.ts';
import type { FaceFrame } from '../face/rig.ts';
import { closedMouth } from '../face/visemes.ts';
import { speakingRateHz } from '../frames/pcm.ts';
import type { SpeechFrame } from '../frames/speech-timing.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { VisemeWeights } from '../protocol/face-events.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell } from '../protocol/tell.ts';
import type { VoiceSink } from '../room/voice-sink.ts';
import type { FaceWish } from './face-wish.ts';

/** What came of a face in one answer. */
export type FaceCounts = {
  fps: number;
  /** That its sound had, as far as that was made. */
  made: number;
  sent: number;
};

/** One spoken answer. Sound and frames of it may come in several parts: a failed answer, then an apology. */
type Response = {
  id: string;
  turn: number;
  startedMs: number;
  sequence: number;
  /** Of the parts before this one. */
  earlier: { frames: number; samples: number; made: number };
};

/**
 * The character's face on its way to the clients, in step with the voice: it foresees the sound when that is written,
 * and sends a frame when the voice hands its sound on, or a little before. Between the marks of speech only, for
 * clients throw away what comes outside of them.
 */
export class FaceLine implements VoiceSink {
  /** A frame that was sent was seen. */
  readonly takesBack = false;
  readonly heldSamples = undefined;
  #track: FaceTrack;
  #handedSamples = 0;
  #complete = false;
  #response: Response | undefined;
  #turns = 0;
  /** Counts what was cleared. */
  #clearings = 0;

  constructor(
    private readonly wish: FaceWish,
    private readonly clock: Clock,
    /** Grows with each process that takes the session over, and begins to count anew under it. */
    private readonly epoch: number,
    /** Sends in order. `isVoid` is asked right before, so that what was cut meanwhile is not sent. */
    private readonly send: (message: ClientBoundMessage, isVoid: () => boolean) => void,
  ) {
    this.#track = this.#newTrack();
  }

  /** What the frames of the next answer that is spoken will be told as. */
  get next(): { turn: number; epoch: number } {
    return { turn: this.#turns + 1, epoch: this.epoch };
  }

  /** The speaking of an answer begins: clients take frames from now on. */
  begin(responseId: string): void {
    this.#turns++;
    this.#response = {
      id: responseId,
      turn: this.#turns,
      startedMs: this.clock.nowMs(),
      sequence: 0,
      earlier: { frames: 0, samples: 0, made: 0 },
    };
  }

  /**
   * It ends, as far as `playedMs` of its sound: frames beyond are cancelled.
   * @returns what came of it; undefined for a mouth that is shown as told
   */
  finish(playedMs: number): FaceCounts | undefined {
    const response = this.#response;
    if (!response) return undefined;
    const track = this.#track;
    const playedSamples = Math.round((playedMs * speakingRateHz) / 1000);
    const isCut = !this.#complete || playedSamples < track.pushedSamples - 1;
    if (isCut) this.#cut(response, playedSamples);
    this.#response = undefined;
    if (this.wish.as === 'visemes') return undefined;
    const { fps } = this.wish;
    const sent = response.earlier.frames + track.taken;
    const audioSamples = response.earlier.samples + playedSamples;
    this.#tell(
      tell.blendshapeTurnStats({
        total_blendshapes: sent,
        total_audio_bytes: audioSamples * 2,
        total_turn_duration_ms: Math.round(this.clock.nowMs() - response.startedMs),
        total_audio_duration_ms: Math.round((audioSamples * 1000) / speakingRateHz),
        fps,
        was_interrupted: isCut,
      }),
    );
    return { fps, made: response.earlier.made + framesWithin(track.pushedSamples, fps), sent };
  }

  /** The count of sound begins anew, in the same response when one is being spoken. */
  startTurn(): void {
    if (this.#response) {
      this.#response.earlier.frames += this.#track.taken;
      this.#response.earlier.samples += this.#track.pushedSamples;
      this.#response.earlier.made += framesWithin(this.#track.pushedSamples, this.wish.fps);
    }
    this.#track = this.#newTrack();
    this.#handedSamples = 0;
    this.#complete = false;
  }

  /** Sound that will be handed on. */
  foresee(frame: SpeechFrame): void {
    this.#complete = false;
    this.#track.push(frame);
    this.#sendDue();
  }

  /** All sound was foreseen. */
  foreseenAll(): void {
    this.#complete = true;
    this.#track.end();
    this.#sendDue();
  }

  /** The voice holds its breath. Frames wait by themselves; a mouth that is shown as told must be told to close. */
  paused(): void {
    if (this.wish.as === 'visemes' && this.#response && this.#track.taken > 0) this.#closeMouth();
  }

  hand(samples: Int16Array): void {
    this.#handedSamples += samples.length;
    this.#sendDue();
  }

  flush(): void {
    this.#sendDue();
  }

  clear(): void {
    this.#clearings++;
  }

  #newTrack(): FaceTrack {
    return new FaceTrack(this.wish.format, this.wish.fps, this.#turns);
  }

  #sendDue(): void {
    const { chunkFrames = 1, aheadMs } = this.wish;
    const track = this.#track;
    const response = this.#response;
    if (!response) return;
    const until = this.#handedSamples + (aheadMs * speakingRateHz) / 1000;
    while (track.nextSample < until) {
      const ready = track.ready(this.#handedSamples);
      // A full chunk is worth waiting for, as long as none of its frames is late.
      const mayWait = !this.#complete && track.nextSample >= this.#handedSamples;
      if (ready === 0 || (ready < chunkFrames && mayWait)) return;
      const first = response.earlier.frames + track.taken;
      this.#sendFrames(track.take(chunkFrames, this.#handedSamples), first, response);
    }
  }

  #sendFrames(frames: FaceFrame[], firstIndex: number, response: Response): void {
    const { as, chunkFrames, fps } = this.wish;
    if (chunkFrames !== undefined) {
      const chunk = { blendshapes: frames, fps, start_frame_index: firstIndex };
      this.#show(tell.blendshapeChunk({ ...chunk, ...this.#owner(response) }));
      return;
    }
    for (const frame of frames) {
      this.#show(as === 'visemes' ? tell.visemes(named(frame)) : tell.blendshapes(frame));
    }
  }

  #cut(response: Response, playedSamples: number): void {
    if (this.#track.taken + response.earlier.frames === 0) return;
    if (this.wish.as === 'visemes') {
      this.#closeMouth();
      return;
    }
    const heard = response.earlier.frames + framesWithin(playedSamples, this.wish.fps);
    this.#tell(
      tell.blendshapesCancel({
        ...this.#owner(response),
        valid_through_frame_index: heard === 0 ? null : heard - 1,
        reason: 'interruption',
      }),
    );
  }

  #closeMouth(): void {
    this.#tell(tell.visemes(named([...closedMouth()])));
  }

  #tell(message: ClientBoundMessage): void {
    this.send(message, () => false);
  }

  /** Unless it is cleared before it could leave. */
  #show(message: ClientBoundMessage): void {
    const clearings = this.#clearings;
    this.send(message, () => clearings !== this.#clearings);
  }

  #owner(response: Response): {
    response_id: string;
    neurosync_turn_id: number;
    epoch: number;
    sequence: number;
  } {
    response.sequence++;
    const { id, turn, sequence } = response;
    return { response_id: id, neurosync_turn_id: turn, epoch: this.epoch, sequence };
  }
}

function named(weights: readonly number[]): VisemeWeights {
  const [sil = 0, pp = 0, ff = 0, th = 0, dd = 0, kk = 0, ch = 0, ss = 0] = weights;
  const [nn = 0, rr = 0, aa = 0, e = 0, ih = 0, oh = 0, ou = 0] = weights.slice(8);
  return { sil, pp, ff, th, dd, kk, ch, ss, nn, rr, aa, e, ih, oh, ou };
}
