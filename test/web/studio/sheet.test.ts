import { describe, expect, it } from 'vitest';
import {
  blankSheet,
  differing,
  mergedSheet,
  readSheet,
  wireOf,
} from '../../../web/src/studio/sheet.ts';
import { maren } from './answers.ts';

const stored = readSheet(maren);
if (!stored) throw new Error('the sheet of the tests cannot be read');
const { sheet } = stored;

describe('a sheet', () => {
  it('has what the server tells, with the version it was read at', () => {
    expect(stored).toMatchObject({ id: 'id-of-maren', version: 3 });
    expect(sheet).toMatchObject({
      name: 'Maren',
      voice: 'nova',
      otherLanguages: [],
      temperature: 0.4,
      speakingStyle: 'calm',
      remembers: true,
      listed: false,
    });
  });

  it('is none where an id or a version is missing', () => {
    expect(readSheet({ ...maren, character_id: 7 })).toBeUndefined();
    expect(readSheet({ ...maren, version: 'new' })).toBeUndefined();
  });

  it('leaves the temperature to the model where none is told', () => {
    const told = readSheet({ ...maren, personalised_prompt_config: {} });
    expect(told?.sheet.temperature).toBeNull();
  });

  it('sends what changed, and nothing else', () => {
    const changed = { ...sheet, greeting: 'Hello.', temperature: null, listed: true };
    expect(wireOf(changed, differing(sheet, changed))).toEqual({
      greeting: 'Hello.',
      temperature: null,
      listing: 'listed',
    });
    expect(differing(sheet, { ...sheet })).toEqual([]);
  });

  it('keeps the other languages when the first is another one', () => {
    const both = { ...sheet, otherLanguages: ['de-DE'], language: 'de-DE' };
    expect(wireOf({ ...both, language: 'fr-FR' }, ['language'])).toEqual({
      language_code: 'fr-FR',
      languageCodes: ['fr-FR', 'de-DE'],
    });
    expect(wireOf(both, ['language'])).toEqual({ language_code: 'de-DE', languageCodes: [] });
  });

  it('puts what was changed here upon what somebody else made of it', () => {
    const mine = { ...sheet, greeting: 'Mine.' };
    const theirs = { ...sheet, greeting: 'Theirs.', voice: 'echo' };
    expect(mergedSheet(sheet, mine, theirs)).toEqual({ ...theirs, greeting: 'Mine.' });
  });

  it('begins as one that remembers people', () => {
    expect(blankSheet).toMatchObject({ name: '', remembers: true, temperature: null });
  });
});
