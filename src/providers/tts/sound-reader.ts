import { Downmixer } from '../../audio/downmix.ts';
import { PcmByteStream } from '../../audio/pcm-bytes.ts';
import { Resampler } from '../../audio/resample.ts';
import { WavDecoder } from '../../audio/wav-decoder.ts';
import { speakingRateHz, type PcmFrame } from '../../frames/pcm.ts';
import { BrokenOff, Garbage } from '../attempt.ts';

/** How MP3, Ogg and FLAC begin, in Latin letters; as PCM these would be loud clicks out of nothing. */
const compressed = /^(ID3|OggS|fLaC|\xff[\xf2\xf3\xfa\xfb])/;
const compressedType = /mpeg|mp3|ogg|opus|aac|flac/i;
const headBytes = 4;

type Reader =
  | { kind: 'unknown'; head: Uint8Array }
  | { kind: 'pcm'; pcm: PcmByteStream; mix: Downmixer }
  | { kind: 'wav'; wav: WavDecoder };

/**
 * Makes frames at `speakingRateHz` of an answer's body. Raw PCM has no header: its rate is 24 kHz, as with OpenAI,
 * unless the content type says `rate=`. A server that answers with WAV instead is understood by its first bytes.
 */
export class SoundReader {
  readonly #contentType: string;
  #reader: Reader = { kind: 'unknown', head: new Uint8Array(0) };
  #resampler: Resampler | undefined;
  #any = false;

  /** @throws {Garbage} when the type is none of sound */
  constructor(contentType: string) {
    if (/text|json|html/i.test(contentType)) {
      throw new Garbage(`no sound but ${contentType}`, false);
    }
    this.#contentType = contentType;
  }

  push(bytes: Uint8Array): PcmFrame[] {
    const reader = this.#reader;
    switch (reader.kind) {
      case 'unknown': {
        const head = Buffer.concat([reader.head, bytes]);
        reader.head = head;
        if (head.byteLength < headBytes) return [];
        this.#reader = this.#recognise(head);
        return this.push(head);
      }
      case 'pcm':
        return this.#resampled(reader.mix.push(reader.pcm.push(bytes)));
      case 'wav':
        return this.#resampled(reader.wav.push(bytes));
    }
  }

  /** What the resampler still holds. @throws {Garbage | BrokenOff} when there was no sound, or half a sample is left */
  end(): PcmFrame[] {
    const reader = this.#reader;
    if (reader.kind === 'wav') reader.wav.end();
    if (reader.kind === 'pcm' && reader.pcm.midSample) {
      throw new BrokenOff('it ends within a sample');
    }
    const last = frames(this.#resampler?.flush() ?? new Int16Array(0));
    if (!this.#any && last.length === 0) throw new Garbage('an answer without sound', true);
    return last;
  }

  #recognise(head: Buffer): Reader {
    const letters = head.toString('latin1', 0, headBytes);
    if (letters === 'RIFF') return { kind: 'wav', wav: new WavDecoder() };
    if (compressed.test(letters) || compressedType.test(this.#contentType)) {
      throw new Garbage('compressed sound', false);
    }
    const rateHz = parameter(this.#contentType, 'rate') ?? speakingRateHz;
    const channels = parameter(this.#contentType, 'channels') ?? 1;
    if (channels < 1 || channels > 8) throw new Garbage('unusable channels', false);
    this.#resampler = resamplerFrom(rateHz);
    return { kind: 'pcm', pcm: new PcmByteStream(), mix: new Downmixer(channels) };
  }

  #resampled(samples: Int16Array): PcmFrame[] {
    if (this.#reader.kind === 'wav' && this.#reader.wav.format) {
      this.#resampler ??= resamplerFrom(this.#reader.wav.format.sampleRateHz);
    }
    const resampled = this.#resampler?.push(samples) ?? samples;
    if (resampled.length > 0) this.#any = true;
    return frames(resampled);
  }
}

function frames(samples: Int16Array): PcmFrame[] {
  return samples.length === 0 ? [] : [{ samples, sampleRateHz: speakingRateHz }];
}

function resamplerFrom(fromHz: number): Resampler {
  try {
    return new Resampler({ fromHz, toHz: speakingRateHz });
  } catch (cause) {
    if (cause instanceof RangeError) throw new Garbage(cause.message, false);
    throw cause;
  }
}

/** Such as `audio/L16; rate=22050; channels=1` (RFC 2586). */
function parameter(contentType: string, name: string): number | undefined {
  const value = new RegExp(`;\\s*${name}="?(\\d+)`, 'i').exec(contentType)?.[1];
  return value === undefined ? undefined : Number(value);
}
