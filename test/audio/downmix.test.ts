import { describe, expect, it } from 'vitest';
import { downmix } from '../../src/audio/downmix.ts';

describe('downmix', () => {
  it('takes the mean of the channels and cannot clip', () => {
    expect(downmix(Int16Array.of(10, 20, 32_767, 32_767, -32_768, -32_768), 2)).toEqual(
      Int16Array.of(15, 32_767, -32_768),
    );
  });

  it('hands mono back as it is and leaves an incomplete frame out', () => {
    const mono = Int16Array.of(1, 2);
    expect(downmix(mono, 1)).toBe(mono);
    expect(downmix(Int16Array.of(3, 3, 3, 9), 3)).toEqual(Int16Array.of(3));
  });
});
