/** Pink noise of RMS 1, the same sequence each time: what is recognised must not depend on chance. */
export class PinkNoise {
  #seed = 0x2545f491;
  #slow = 0;
  #middle = 0;
  #fast = 0;

  /** Three one-pole filters over white noise: within 0.5 dB of 3 dB an octave above 50 Hz at 16 kHz (Paul Kellet's economy filter). */
  next(): number {
    const white = this.#white();
    this.#slow = 0.99765 * this.#slow + white * 0.099046;
    this.#middle = 0.963 * this.#middle + white * 0.2965164;
    this.#fast = 0.57 * this.#fast + white * 1.0526913;
    return (this.#slow + this.#middle + this.#fast + white * 0.1848) / rmsOfSum;
  }

  /** Xorshift, -1 to 1. */
  #white(): number {
    let x = this.#seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#seed = x;
    return x / 0x8000_0000;
  }
}

/** Measured over ten million samples. */
const rmsOfSum = 1.7213;
