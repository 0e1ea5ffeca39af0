import { expect, it } from 'vitest';
import { StableWords } from '../../../src/offline/hearing/stable-words.ts';

it('tells words when two hypotheses agree on them, and takes none back', () => {
  const stable = new StableWords();
  const told = [
    'what',
    'what do',
    'what do you',
    'water you',
    'what do you do in',
    'what do you do in the',
    'what do you do in the winter',
    'that was the winter time',
    'that was the winter time',
  ].map((hypothesis) => stable.next(hypothesis));
  expect(told).toEqual(['', 'what', ' do', '', '', ' you do in', ' the', '', '']);
  expect(told.join('')).toBe('what do you do in the');
});
