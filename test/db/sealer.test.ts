import { describe, expect, it } from 'vitest';
import { SealBroken, Sealer } from '../../src/db/sealer.ts';

describe('a sealed value', () => {
  const sealer = new Sealer('the secret of this installation');

  it('opens with the same secret in the same place, whatever it is', () => {
    for (const value of ['sk-123', '', 'ключ 🔑', 'x'.repeat(10_000)])
      expect(new Sealer('the secret of this installation').open(sealer.seal(value, 'a'), 'a')).toBe(
        value,
      );
  });

  it('shows nothing of it, and never looks the same twice', () => {
    const [first, second] = [sealer.seal('sk-123', 'a'), sealer.seal('sk-123', 'a')];
    expect(first).not.toBe(second);
    expect(Buffer.from(first.slice(3), 'base64url').toString('latin1')).not.toContain('sk-123');
  });

  it('does not open with another secret, elsewhere, or changed', () => {
    const sealed = sealer.seal('sk-123', 'a');
    const flipped = Buffer.from(sealed.slice(3), 'base64url');
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    for (const open of [
      () => new Sealer('another secret').open(sealed, 'a'),
      () => sealer.open(sealed, 'b'),
      () => sealer.open(`v1.${flipped.toString('base64url')}`, 'a'),
      () => sealer.open('sk-123', 'a'),
      () => sealer.open('v1.', 'a'),
      () => sealer.open('', 'a'),
    ])
      expect(open).toThrow(SealBroken);
  });
});
