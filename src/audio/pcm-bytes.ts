/**
 * Signed 16-bit little-endian PCM as bytes and back. Every platform that Node's WebRTC and ONNX binaries exist for is
 * little-endian, so memory is the wire format and views do.
 */

/** @returns a view of the same memory, 2 bytes a sample */
export function pcmBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

export function pcmBase64(samples: Int16Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
}

/** @returns a view where the memory is aligned, else a copy. An odd last byte is left out. */
export function pcmFromBytes(bytes: Uint8Array): Int16Array {
  const length = bytes.byteLength >> 1;
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, length);
  // Not `slice`: that of a Buffer makes no copy.
  return new Int16Array(Uint8Array.from(bytes.subarray(0, length * 2)).buffer);
}

export function pcmFromBase64(base64: string): Int16Array {
  return pcmFromBytes(Buffer.from(base64, 'base64'));
}

/** Puts samples together that a stream of bytes cuts anywhere, also in the middle of one. */
export class PcmByteStream {
  #oddByte: number | undefined;

  /** Whether half a sample waits for its other byte; at the end of a stream it means that something was cut off. */
  get midSample(): boolean {
    return this.#oddByte !== undefined;
  }

  push(bytes: Uint8Array): Int16Array {
    if (bytes.byteLength === 0) return new Int16Array(0);
    const joined = this.#oddByte === undefined ? bytes : withFirst(this.#oddByte, bytes);
    this.#oddByte = joined.byteLength % 2 === 1 ? joined.at(-1) : undefined;
    return pcmFromBytes(joined);
  }
}

function withFirst(byte: number, bytes: Uint8Array): Uint8Array {
  const joined = new Uint8Array(bytes.byteLength + 1);
  joined[0] = byte;
  joined.set(bytes, 1);
  return joined;
}
