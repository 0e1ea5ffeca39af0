import { expect, it } from 'vitest';
import { voiceprintOf } from '../../web/src/voiceprint.ts';

it('gives a name the same figure every time, and another name another', () => {
  expect(voiceprintOf('Maren Holt')).toEqual(voiceprintOf('Maren Holt'));
  expect(voiceprintOf('Maren Holt').rings).not.toEqual(voiceprintOf('Noor').rings);
});

it('takes the first letter as people count letters', () => {
  expect(voiceprintOf('林晚').initial).toBe('林');
  expect(voiceprintOf('émile').initial).toBe('É');
  expect(voiceprintOf('  ').initial).toBe('?');
});

it('draws inside its box', () => {
  for (const name of ['Maren', 'Noor', 'Brannoc the Toll Troll', '']) {
    const numbers =
      voiceprintOf(name)
        .rings.join(' ')
        .match(/-?\d+(\.\d+)?/g) ?? [];
    expect(numbers.length).toBeGreaterThan(0);
    for (const n of numbers) expect(Math.abs(Number(n))).toBeLessThanOrEqual(50);
  }
});
