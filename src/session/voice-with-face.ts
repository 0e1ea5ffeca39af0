import type { SpeechFrame } from '../frames/speech-timing.ts';
import type { VoiceOut } from '../frames/voice-out.ts';
import type { FaceLine } from './face-line.ts';

/** A voice whose sound a face foresees, so that both are of one piece. */
export class VoiceWithFace implements VoiceOut {
  constructor(
    private readonly voice: VoiceOut,
    private readonly face: FaceLine,
  ) {}

  startTurn(): void {
    this.face.startTurn();
    this.voice.startTurn();
  }

  write(frame: SpeechFrame, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.face.foresee(frame);
    return this.voice.write(frame, signal);
  }

  drained(signal: AbortSignal): Promise<void> {
    this.face.foreseenAll();
    return this.voice.drained(signal);
  }

  pause(): void {
    this.voice.pause();
    this.face.paused();
  }

  resume(): void {
    this.voice.resume();
  }

  /** The face is cleared with the voice, whose sink it is. */
  clear(): void {
    this.voice.clear();
  }

  playedMs(): number {
    return this.voice.playedMs();
  }
}
