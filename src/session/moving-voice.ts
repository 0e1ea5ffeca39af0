import type { SpeechFrame } from '../frames/speech-timing.ts';
import type { VoiceOut } from '../frames/voice-out.ts';

/** A voice that can go on from another place. It is moved while nothing is said: what was played is counted anew there. */
export class MovingVoice implements VoiceOut {
  constructor(private now: VoiceOut) {}

  moveTo(voice: VoiceOut): void {
    this.now = voice;
  }

  startTurn(): void {
    this.now.startTurn();
  }

  write(frame: SpeechFrame, signal: AbortSignal): Promise<void> {
    return this.now.write(frame, signal);
  }

  drained(signal: AbortSignal): Promise<void> {
    return this.now.drained(signal);
  }

  pause(): void {
    this.now.pause();
  }

  resume(): void {
    this.now.resume();
  }

  clear(): void {
    this.now.clear();
  }

  playedMs(): number {
    return this.now.playedMs();
  }
}
