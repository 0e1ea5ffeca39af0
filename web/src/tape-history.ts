/** One column of the tape: the loudest of its moments, and whom the server took to be speaking. */
export type TapeBin = {
  user: number;
  character: number;
  userSpeaking: boolean;
  characterSpeaking: boolean;
};

/** 40 ms: two frames of sound, and thin enough to see a plosive. */
export const binMs = 40;

/** The last seconds of a call, oldest first. */
export class TapeHistory {
  readonly #bins: TapeBin[] = [];
  readonly #most: number;
  #current: TapeBin | undefined;
  #currentEndMs = 0;

  /** @param most how many bins are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get bins(): readonly TapeBin[] {
    return this.#bins;
  }

  add(moment: TapeBin, nowMs: number): void {
    if (this.#current && nowMs < this.#currentEndMs) {
      this.#current.user = Math.max(this.#current.user, moment.user);
      this.#current.character = Math.max(this.#current.character, moment.character);
      this.#current.userSpeaking ||= moment.userSpeaking;
      this.#current.characterSpeaking ||= moment.characterSpeaking;
      return;
    }
    // A page in the background draws nothing: the gap is shown as what it was, nothing.
    const gap = this.#current ? Math.floor((nowMs - this.#currentEndMs) / binMs) : 0;
    for (let i = 0; i < Math.min(gap, this.#most); i++) this.#push({ ...silence });
    this.#currentEndMs = (this.#current ? this.#currentEndMs + gap * binMs : nowMs) + binMs;
    this.#current = { ...moment };
    this.#push(this.#current);
  }

  clear(): void {
    this.#bins.length = 0;
    this.#current = undefined;
  }

  #push(bin: TapeBin): void {
    this.#bins.push(bin);
    if (this.#bins.length > this.#most) this.#bins.shift();
  }
}

const silence: TapeBin = {
  user: 0,
  character: 0,
  userSpeaking: false,
  characterSpeaking: false,
};
