import { Downmixer } from './downmix.ts';
import { PcmByteStream } from './pcm-bytes.ts';

export type WavFormat = { sampleRateHz: number; channels: number };

/** Not a WAV, or one whose sound is not 16-bit PCM. */
export class WavUnreadable extends Error {
  override readonly name = 'WavUnreadable';
}

/** Whatever comes before the sound (tags, cue points) must fit; the header itself has 44 bytes. */
const maxHeadBytes = 65_536;
const latin1 = new TextDecoder('latin1');
const pcmTag = 1;
const extensibleTag = 0xfffe;

type State =
  | { at: 'head'; bytes: Uint8Array; format: WavFormat | undefined; riffSeen: boolean }
  | { at: 'sound'; format: WavFormat; mix: Downmixer; leftBytes: number }
  | { at: 'end'; format: WavFormat };

/**
 * Reads a WAV of 16-bit PCM while it arrives, in pieces cut anywhere. A server that streams cannot know the length
 * and writes 0 or the largest number; then everything that follows is sound.
 */
export class WavDecoder {
  #state: State = { at: 'head', bytes: new Uint8Array(0), format: undefined, riffSeen: false };
  readonly #pcm = new PcmByteStream();

  /** Known as soon as the first sound came. */
  get format(): WavFormat | undefined {
    return this.#state.format;
  }

  /** @returns mono samples at the rate of the file. @throws {WavUnreadable} */
  push(piece: Uint8Array): Int16Array {
    const state = this.#state;
    switch (state.at) {
      case 'head': {
        const rest = this.#readHead(state, joined(state.bytes, piece));
        return this.#state.at === 'sound' ? this.push(rest) : new Int16Array(0);
      }
      case 'sound': {
        const bytes = piece.subarray(0, Math.min(piece.byteLength, state.leftBytes));
        state.leftBytes -= bytes.byteLength;
        if (state.leftBytes === 0) this.#state = { at: 'end', format: state.format };
        return state.mix.push(this.#pcm.push(bytes));
      }
      case 'end':
        return new Int16Array(0);
    }
  }

  /** Call when no more comes. @throws {WavUnreadable} when there was not even a whole header */
  end(): WavFormat {
    if (this.#state.at === 'head') throw new WavUnreadable('it ends before its sound begins');
    return this.#state.format;
  }

  /** Goes through the chunks up to the sound. @returns what follows the head, when it is complete */
  #readHead(state: State & { at: 'head' }, bytes: Uint8Array): Uint8Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    if (!state.riffSeen && bytes.byteLength >= 12) {
      if (!hasTag(bytes, 0, 'RIFF') || !hasTag(bytes, 8, 'WAVE')) {
        throw new WavUnreadable('it does not begin like a WAV');
      }
      state.riffSeen = true;
      at = 12;
    }
    while (state.riffSeen && at + 8 <= bytes.byteLength) {
      const length = view.getUint32(at + 4, true);
      if (hasTag(bytes, at, 'data')) {
        if (!state.format) throw new WavUnreadable('its sound has no format');
        const unknown = length === 0 || length >= 0x7fff_ffff;
        const leftBytes = unknown ? Number.POSITIVE_INFINITY : length;
        const { format } = state;
        this.#state = { at: 'sound', format, mix: new Downmixer(format.channels), leftBytes };
        return bytes.subarray(at + 8);
      }
      if (length > maxHeadBytes) throw new WavUnreadable('its head is too long');
      const next = at + 8 + length + (length % 2);
      if (next > bytes.byteLength) break;
      if (hasTag(bytes, at, 'fmt ')) state.format = readFormat(view, at + 8, length);
      at = next;
    }
    state.bytes = bytes.slice(at);
    if (state.bytes.byteLength > maxHeadBytes * 2) throw new WavUnreadable('its head is too long');
    return new Uint8Array(0);
  }
}

function readFormat(view: DataView, at: number, length: number): WavFormat {
  if (length < 16) throw new WavUnreadable('its format is cut off');
  const tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const sampleRateHz = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  if ((tag !== pcmTag && tag !== extensibleTag) || bits !== 16) {
    throw new WavUnreadable('its sound is not 16-bit PCM');
  }
  if (channels < 1 || channels > 8) throw new WavUnreadable('it has no usable channels');
  if (sampleRateHz < 4_000 || sampleRateHz > 192_000) {
    throw new WavUnreadable('its sample rate is not one of sound');
  }
  return { sampleRateHz, channels };
}

function hasTag(bytes: Uint8Array, at: number, tag: string): boolean {
  return latin1.decode(bytes.subarray(at, at + tag.length)) === tag;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.byteLength === 0) return b;
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
