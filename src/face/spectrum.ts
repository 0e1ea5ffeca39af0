/** Samples that one look at the spectrum takes: 10.7 ms at 24 kHz, in which a voice holds its shape. */
export const windowSamples = 256;
const half = windowSamples / 2;

/** Hann. */
const window = Float64Array.from(
  { length: windowSamples },
  (_, i) => (1 - Math.cos((2 * Math.PI * i) / windowSamples)) / 2,
);
const cosines = Float64Array.from({ length: half }, (_, i) =>
  Math.cos((2 * Math.PI * i) / windowSamples),
);
const sines = Float64Array.from({ length: half }, (_, i) =>
  Math.sin((2 * Math.PI * i) / windowSamples),
);
const reversed = Uint8Array.from({ length: windowSamples }, (_, i) => {
  let bits = 0;
  for (let bit = 0; bit < 8; bit++) bits |= ((i >> bit) & 1) << (7 - bit);
  return bits;
});

/** The power of a piece of sound by frequency. Reuses its own memory: 100 of these are made for a second of sound. */
export class Spectrum {
  readonly #real = new Float64Array(windowSamples);
  readonly #imaginary = new Float64Array(windowSamples);
  /** By bins of rate / `windowSamples`: 93.75 Hz at 24 kHz. Full scale is about 1. */
  readonly power = new Float64Array(half);

  /** @param samples `windowSamples` of them */
  look(samples: Int16Array): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let i = 0; i < windowSamples; i++) {
      real[reversed[i] ?? 0] = ((samples[i] ?? 0) / 32_768) * (window[i] ?? 0);
    }
    imaginary.fill(0);
    for (let size = 2; size <= windowSamples; size *= 2) this.#join(size);
    for (let k = 0; k < half; k++) {
      this.power[k] = ((real[k] ?? 0) ** 2 + (imaginary[k] ?? 0) ** 2) / half ** 2;
    }
  }

  /** One step of the fast Fourier transform (Cooley and Tukey, radix 2): spectra of `size` out of pairs of half that. */
  #join(size: number): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    const middle = size / 2;
    const stride = windowSamples / size;
    for (let from = 0; from < windowSamples; from += size) {
      for (let i = 0; i < middle; i++) {
        const even = from + i;
        const odd = even + middle;
        const cosine = cosines[i * stride] ?? 0;
        const sine = sines[i * stride] ?? 0;
        const re = (real[odd] ?? 0) * cosine + (imaginary[odd] ?? 0) * sine;
        const im = (imaginary[odd] ?? 0) * cosine - (real[odd] ?? 0) * sine;
        real[odd] = (real[even] ?? 0) - re;
        imaginary[odd] = (imaginary[even] ?? 0) - im;
        real[even] = (real[even] ?? 0) + re;
        imaginary[even] = (imaginary[even] ?? 0) + im;
      }
    }
  }
}
