import { describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../../src/audio/level.ts';
import { PublicError } from '../../../src/errors/public-error.ts';
import { babble, OfflineSubject, refusal, wavFile } from '../offline-subject.ts';

const subject = new OfflineSubject();

describe('transcriptions', () => {
  const transcribe = (form: Record<string, string | File>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(form)) body.set(name, value);
    return fetch(`${subject.url}/audio/transcriptions`, { method: 'POST', body });
  };

  it('gives the recogniser 16 kHz of one level, whatever the recording was', async () => {
    subject.recogniser.answer = () => Promise.resolve('i am here');
    const quiet = wavFile(babble(48_000, 300), 48_000);
    const answer = await subject.client.audio.transcriptions.create({ model: 'm', file: quiet });
    expect(answer.text).toBe('I am here');
    const [samples = new Int16Array()] = subject.recogniser.heard;
    expect(samples.length / 16_000).toBeGreaterThan(0.6);
    expect(rmsDbfs(samples)).toBeGreaterThan(-30);
  });

  it('answers as plain text when asked to', async () => {
    const response = await transcribe({ file: wavFile(), response_format: 'text', language: 'en' });
    expect(await response.text()).toBe('hello there\n');
  });

  it.each([
    ['silence', new Int16Array(16_000)],
    ['steady noise', Int16Array.from({ length: 16_000 }, (_, i) => ((i * 7_919) % 2_003) - 1_001)],
  ])('finds no words in %s without asking the recogniser', async (_, samples) => {
    const response = await transcribe({ file: wavFile(samples) });
    expect(await response.json()).toEqual({ text: '' });
    expect(subject.recogniser.heard).toHaveLength(0);
  });

  it('says that it does not understand other languages', async () => {
    const response = await transcribe({ file: wavFile(), language: 'zh' });
    expect(await refusal(response)).toEqual([400, 'language_not_supported']);
  });

  it.each([
    ['no file', {}, 400, 'invalid_value'],
    ['text for a file', { file: 'sound' }, 400, 'invalid_value'],
    ['what is no WAV', { file: new File(['ID3 sound'], 'a.mp3') }, 400, 'audio_unreadable'],
    [
      'more than a minute',
      { file: wavFile(new Int16Array(8_000 * 61), 8_000) },
      413,
      'audio_too_long',
    ],
  ])('refuses %s', async (_, form, status, code) => {
    expect(await refusal(await transcribe(form))).toEqual([status, code]);
  });

  it('passes on when to come back if too many are speaking', async () => {
    subject.recogniser.answer = () =>
      Promise.reject(new PublicError(503, 'recogniser_busy', 'Busy.', { retryAfterSeconds: 1 }));
    const response = await transcribe({ file: wavFile() });
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await refusal(response)).toEqual([503, 'recogniser_busy']);
  });

  it('hides why it failed', async () => {
    subject.recogniser.answer = () => Promise.reject(new Error('secret path'));
    const response = await transcribe({ file: wavFile() });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});
