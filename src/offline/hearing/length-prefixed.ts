const headBytes = 4;

/** The length that goes before a message: 32 bits, little-endian, unsigned. */
export function messageHead(length: number): Uint8Array {
  const head = new Uint8Array(headBytes);
  new DataView(head.buffer).setUint32(0, length, true);
  return head;
}

/** Puts messages together from a stream that is cut anywhere. */
export class MessageReader {
  #rest = Buffer.alloc(0);

  constructor(
    private readonly onMessage: (body: string) => void,
    private readonly maxBytes: number,
  ) {}

  /** @returns false when a message is longer than it may be: the stream is of no use any more */
  push(bytes: Uint8Array): boolean {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= headBytes) {
      const length = this.#rest.readUInt32LE(0);
      if (length > this.maxBytes) return false;
      if (this.#rest.length < headBytes + length) return true;
      const body = this.#rest.toString('utf8', headBytes, headBytes + length);
      this.#rest = this.#rest.subarray(headBytes + length);
      this.onMessage(body);
    }
    return true;
  }
}
