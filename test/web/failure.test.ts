import { describe, expect, it } from 'vitest';
import { microphoneWords, wordsFor } from '../../web/src/failure.ts';

const named = (name: string) => Object.assign(new Error('x'), { name });

describe('words for failures', () => {
  it('tells a wrong key from a missing one', () => {
    expect(wordsFor({ kind: 'keyWanted', refused: false }).title).toContain('wants an API key');
    expect(wordsFor({ kind: 'keyWanted', refused: true }).title).toContain('refused');
  });

  it('names the address of the media server that cannot be reached', () => {
    const words = wordsFor({ kind: 'mediaGone', url: 'ws://10.0.0.2:7880', reason: undefined });
    expect(words.advice).toContain('ws://10.0.0.2:7880');
  });

  it('gives the server’s own reason for a refusal', () => {
    const words = wordsFor({ kind: 'refused', status: 422, words: 'character_id: too long' });
    expect(words.advice).toBe('character_id: too long');
  });
});

describe('words for the microphone', () => {
  it.each([
    ['NotAllowedError', 'blocked'],
    ['NotFoundError', 'No microphone'],
    ['NotReadableError', 'in use'],
    ['TypeError', 'did not start'],
  ])('understands %s', (name, expected) => {
    expect(microphoneWords(named(name), true).title).toContain(expected);
  });

  it('blames the address where browsers open none', () => {
    expect(microphoneWords(named('TypeError'), false).advice).toContain('HTTPS or localhost');
  });
});
