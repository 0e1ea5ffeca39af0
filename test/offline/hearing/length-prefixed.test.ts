import { describe, expect, it } from 'vitest';
import { MessageReader, messageHead } from '../../../src/offline/hearing/length-prefixed.ts';

const framed = (text: string) =>
  Buffer.concat([messageHead(Buffer.byteLength(text)), Buffer.from(text)]);

describe('length-prefixed messages', () => {
  it('are put together from pieces of any size', () => {
    const bytes = Buffer.concat(['one', '', '二二', 'x'.repeat(300)].map(framed));
    for (const size of [1, 3, 7, 1000]) {
      const got: string[] = [];
      const reader = new MessageReader((text) => got.push(text), 1_000);
      for (let at = 0; at < bytes.length; at += size) {
        expect(reader.push(bytes.subarray(at, at + size))).toBe(true);
      }
      expect(got).toEqual(['one', '', '二二', 'x'.repeat(300)]);
    }
  });

  it('are refused as soon as they say that they are too long', () => {
    const reader = new MessageReader(() => undefined, 1_000);
    expect(reader.push(messageHead(1_001))).toBe(false);
  });
});
