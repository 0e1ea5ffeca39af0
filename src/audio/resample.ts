/** Whole hertz on both sides. */
export type Resampling = { fromHz: number; toHz: number };

/** Length of the filter in samples of the slower rate: 32 give the transition band below without audible delay (1 ms at 16 kHz). */
const filterSpan = 32;
/** Kaiser's beta for about 70 dB of stop-band: aliases end up below the noise of 16-bit speech. */
const kaiserBeta = 6.76;
/** The transition band of such a filter, as a part of half the slower rate; the stop-band begins where aliasing would. */
const transitionBand = 0.135 * 2;

/** Resamples a whole buffer. The result has `ceil(length * toHz / fromHz)` samples and is not delayed. */
export function resample(samples: Int16Array, resampling: Resampling): Int16Array {
  const resampler = new Resampler(resampling);
  const head = resampler.push(samples);
  const tail = resampler.flush();
  if (tail.length === 0) return head;
  const whole = new Int16Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

/**
 * Resamples a stream, piece by piece, with the same result as on the whole: the filter's memory is carried over, so
 * there are no clicks between pieces. What comes out lags behind by half the filter (about 1 ms) until `flush`.
 * A polyphase windowed sinc; cost is about 100 multiplications for each sample at the slower rate.
 */
export class Resampler {
  readonly #filter: Filter;
  /** Input that is still needed: the past half of the filter, then what could not be used yet. */
  #window: Float64Array;
  #filled: number;
  /** Where the filter of the next output sample begins in `#window`, and its phase. */
  #start = 0;
  #phase = 0;

  /** @throws {RangeError} unless both rates are whole, between 1 and 384 kHz, and in a simple ratio */
  constructor(resampling: Resampling) {
    this.#filter = filterFor(resampling);
    this.#window = new Float64Array(this.#filter.taps + 1024);
    this.#filled = this.#filter.past;
  }

  /** @returns what is ready: often a little shorter than the share of this piece; the piece itself when rates are equal */
  push(samples: Int16Array): Int16Array {
    if (this.#filter.step === this.#filter.phases.length) return samples;
    this.#append(samples);
    return this.#take(this.#filled);
  }

  /** The last samples of the stream; begins a new one. */
  flush(): Int16Array {
    const { phases, step, taps, past } = this.#filter;
    if (step === phases.length) return new Int16Array(0);
    const future = taps - past - 1;
    this.#append(new Int16Array(future));
    const rest = this.#take(this.#filled);
    this.#window.fill(0, 0, past);
    this.#filled = past;
    this.#start = 0;
    this.#phase = 0;
    return rest;
  }

  #append(samples: Int16Array): void {
    const needed = this.#filled + samples.length;
    if (needed > this.#window.length) {
      const grown = new Float64Array(needed);
      grown.set(this.#window.subarray(0, this.#filled));
      this.#window = grown;
    }
    this.#window.set(samples, this.#filled);
    this.#filled = needed;
  }

  #take(filled: number): Int16Array {
    const { phases, step, taps } = this.#filter;
    const factor = phases.length;
    const window = this.#window;
    let start = this.#start;
    let phase = this.#phase;
    const room = filled - taps - start;
    const count = room < 0 ? 0 : Math.floor((room * factor + factor - 1 - phase) / step) + 1;
    const out = new Int16Array(count);
    for (let i = 0; i < count; i++) {
      const weights = phases[phase] ?? noWeights;
      // Four sums that do not wait for each other: half the time of one. `taps` is a multiple of four.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let tap = 0, at = start; tap < taps; tap += 4, at += 4) {
        a += (window[at] ?? 0) * (weights[tap] ?? 0);
        b += (window[at + 1] ?? 0) * (weights[tap + 1] ?? 0);
        c += (window[at + 2] ?? 0) * (weights[tap + 2] ?? 0);
        d += (window[at + 3] ?? 0) * (weights[tap + 3] ?? 0);
      }
      const sum = a + b + c + d;
      out[i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : Math.round(sum);
      phase += step;
      start += Math.floor(phase / factor);
      phase %= factor;
    }
    window.copyWithin(0, start, filled);
    this.#filled = Math.max(0, filled - start);
    this.#start = Math.max(0, start - filled);
    this.#phase = phase;
    return out;
  }
}

/** `phases.length / step` is the ratio of the rates in lowest terms; each phase has `taps` weights, `past` of them before the sample itself. */
type Filter = { phases: Float64Array[]; step: number; taps: number; past: number };

const noWeights = new Float64Array(0);
/** A process meets a handful of rates; their filters are shared by all streams. */
const filters = new Map<string, Filter>();
const maxFilters = 32;
/** 11,025 to 16,000 Hz needs 640; rates that nobody uses would need megabytes. */
const maxPhases = 1_000;

function filterFor({ fromHz, toHz }: Resampling): Filter {
  for (const rateHz of [fromHz, toHz]) {
    if (!Number.isInteger(rateHz) || rateHz < 1_000 || rateHz > 384_000) {
      throw new RangeError(`not a sample rate: ${rateHz} Hz`);
    }
  }
  const key = `${fromHz}:${toHz}`;
  const known = filters.get(key);
  if (known) return known;
  const made = design(fromHz, toHz);
  if (filters.size >= maxFilters) filters.clear();
  filters.set(key, made);
  return made;
}

function design(fromHz: number, toHz: number): Filter {
  const divisor = gcd(fromHz, toHz);
  const factor = toHz / divisor;
  const step = fromHz / divisor;
  if (factor > maxPhases) throw new RangeError(`no simple ratio: ${fromHz} to ${toHz} Hz`);
  const slowdown = Math.min(1, toHz / fromHz);
  const half = 2 * Math.ceil(filterSpan / 4 / slowdown);
  const cutoff = slowdown * (1 - transitionBand / 2);
  const phases = Array.from({ length: factor }, (_, phase) => {
    const weights = new Float64Array(half * 2);
    for (let tap = 0; tap < weights.length; tap++) {
      const distance = tap - (half - 1) - phase / factor;
      weights[tap] = cutoff * sinc(cutoff * distance) * kaiser(distance / half);
    }
    const gain = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / gain);
  });
  return { phases, step, taps: half * 2, past: half - 1 };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param position -1 to 1 from one end of the window to the other */
function kaiser(position: number): number {
  const inside = 1 - position * position;
  return inside <= 0 ? 0 : bessel0(kaiserBeta * Math.sqrt(inside)) / bessel0(kaiserBeta);
}

/** The modified Bessel function of order zero, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
