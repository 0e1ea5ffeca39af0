import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  TrackPublishOptions,
  TrackSource,
  type LocalParticipant,
} from '@livekit/rtc-node';
import { speakingRateHz } from '../frames/pcm.ts';
import type { Closable } from '../lifetime/scope.ts';
import type { Log } from '../telemetry/log.ts';
import type { VoiceSink } from './voice-sink.ts';

/** Room for what the pacer hands on ahead of its time, and a late frame or two. */
const queueMs = 200;
/**
 * With nothing to send, WebRTC sends nothing for 100 ms before it sends silence, and a listener's player takes that for
 * lost packets and stretches the last sound over them. Two packets of Opus end it at once.
 */
const silence = new Int16Array((speakingRateHz * 40) / 1000);
/** WebRTC takes sound in pieces of 10 ms; a shorter rest would wait for the next utterance. */
const rtcPieceSamples = speakingRateHz / 100;

/** A voice as an audio track of the room. */
export class TrackSink implements VoiceSink, Closable {
  readonly takesBack = true;
  readonly heldSamples = 0;

  private constructor(
    private readonly source: AudioSource,
    private readonly unpublish: () => Promise<void>,
    private readonly log: Log,
  ) {}

  static async publish(participant: LocalParticipant, log: Log): Promise<TrackSink> {
    const source = new AudioSource(speakingRateHz, 1, queueMs);
    const track = LocalAudioTrack.createAudioTrack('voice', source);
    const options = new TrackPublishOptions();
    options.source = TrackSource.SOURCE_MICROPHONE;
    // A character is silent most of the time; DTX sends next to nothing then.
    options.dtx = true;
    options.red = false;
    const publication = await participant.publishTrack(track, options);
    const unpublish = async () => {
      if (publication.sid !== undefined) await participant.unpublishTrack(publication.sid);
    };
    return new TrackSink(source, unpublish, log);
  }

  hand(samples: Int16Array): void {
    const whole = owned(samples);
    const frame = new AudioFrame(whole, speakingRateHz, 1, whole.length);
    this.source.captureFrame(frame).catch((err: unknown) => {
      if (!this.source.closed) this.log.warn({ err }, 'a frame of voice was not taken');
    });
  }

  flush(): void {
    // Every frame went out as it came.
    this.hand(silence);
  }

  clear(): void {
    this.source.clearQueue();
    this.hand(silence);
  }

  /** @param inRoom whether we are still in the room and the track must be taken out of it */
  async close(inRoom = true): Promise<void> {
    if (inRoom) await this.unpublish();
    await this.source.close();
  }
}

/**
 * In a buffer of their own, filled up to whole pieces: LiveKit's client reads a frame from the beginning of its buffer,
 * wherever in it the samples are.
 */
function owned(samples: Int16Array): Int16Array {
  const pieces = Math.ceil(samples.length / rtcPieceSamples);
  const whole = new Int16Array(pieces * rtcPieceSamples);
  whole.set(samples);
  return whole;
}
