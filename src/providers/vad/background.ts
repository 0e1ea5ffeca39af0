import { rmsDbfs, stepsDbfs } from '../../audio/level.ts';

/** A second in which the model found no voice: the room is known. */
const learnedWindows = 31;
/** From here on the model is not sure that nobody speaks. */
const perhapsVoice = 0.1;
/** The noise of a room stays within 1 dB from window to window; a voice that is only as loud as the room adds 3. */
const sameWithinDb = 2;
/** A second: a fan that was turned up is known by then, if it is no more than this louder. */
const risesDb = 1 / 31;
/** Of the windows that sound as the room does, the model still gets one of so many: it may know better. */
const judgedEvery = 4;

/**
 * What a microphone hears while nobody speaks: a room, a fan, a street. Where nothing is added to it, nobody has begun
 * to speak, and a window need not be judged. Both the sound and its steps from sample to sample must be no louder than
 * before: a hum that fills the one leaves the other to a faint voice.
 */
export class Background {
  #soundDbfs = 0;
  #stepsDbfs = 0;
  #voiceless = 0;
  #passed = 0;

  /** Whether the window may be passed over. Every window that can be heard must be shown, in its order. */
  isSame(window: Int16Array): boolean {
    const sound = rmsDbfs(window);
    const steps = stepsDbfs(window);
    const isNear =
      sound <= this.#soundDbfs + sameWithinDb && steps <= this.#stepsDbfs + sameWithinDb;
    this.#soundDbfs = Math.min(sound, this.#soundDbfs + risesDb);
    this.#stepsDbfs = Math.min(steps, this.#stepsDbfs + risesDb);
    if (!isNear || this.#voiceless < learnedWindows) return false;
    this.#passed = (this.#passed + 1) % judgedEvery;
    return this.#passed !== 0;
  }

  /** What the model found in a window that was not passed over. */
  note(probability: number): void {
    this.#voiceless = probability < perhapsVoice ? this.#voiceless + 1 : 0;
  }
}
