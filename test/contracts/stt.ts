import { describe, expect, it } from 'vitest';
import type { Stt } from '../../src/providers/stt/stt.ts';
import {
  closedAfterEach,
  describeTrouble,
  expectFailure,
  failureFor,
  rejection,
  troubles,
  type OpenSubject,
  type Subject,
} from './subject.ts';

export type SttSubject = Subject<Stt> & {
  /** What the other side hears, whatever it is sent. */
  hears(text: string): void;
  /** The length of the last utterance as it arrived. */
  lastSamples(): number;
};

const speech = new Int16Array(16_000).fill(7);

/** What every recogniser promises. */
export function sttContract(name: string, openSubject: OpenSubject<SttSubject>): void {
  describe(`${name} keeps the contract of recognisers: it`, () => {
    const open = closedAfterEach(openSubject);
    const signal = new AbortController().signal;

    it('hands over the whole utterance and gives back its words, trimmed', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(' Good morning, 世界. \n');
      expect(await subject.provider.transcribe(speech, { language: 'en-US', signal })).toEqual({
        text: 'Good morning, 世界.',
      });
      expect(subject.lastSamples()).toBe(speech.length);
    });

    it('gives back an empty text when there were no words', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(' ');
      expect(await subject.provider.transcribe(speech, { signal })).toEqual({ text: '' });
    });

    it('asks nobody when aborted already', async () => {
      const subject = await open({ kind: 'ok' });
      const reason = new Error('changed my mind');
      const call = subject.provider.transcribe(speech, { signal: AbortSignal.abort(reason) });
      expect(await rejection(call)).toBe(reason);
      expect(subject.requests()).toBe(0);
    });

    it('ends the request when aborted while it waits, and throws the reason', async () => {
      const subject = await open({ kind: 'hang' });
      const abort = new AbortController();
      const reason = new Error('barge-in');
      const call = rejection(subject.provider.transcribe(speech, { signal: abort.signal }));
      await subject.arrived(1);
      abort.abort(reason);
      expect(await call).toBe(reason);
      await subject.aborted(1);
    });

    it('gives a silent provider up after its time', async () => {
      const subject = await open({ kind: 'hang' });
      const call = rejection(subject.provider.transcribe(speech, { signal }));
      await subject.arrived(1);
      await subject.clock.advance(subject.timeoutMs);
      expectFailure(await call, failureFor('stt', { kind: 'hang' }));
    });

    it.each(troubles.map((trouble) => ({ trouble, what: describeTrouble(trouble) })))(
      'says what went wrong and whether to try again: $what',
      async ({ trouble }) => {
        const { provider } = await open(trouble);
        const call = rejection(provider.transcribe(speech, { signal }));
        expectFailure(await call, failureFor('stt', trouble));
      },
    );

    it('leaves no timer behind', async () => {
      const subject = await open({ kind: 'ok' });
      await subject.provider.transcribe(speech, { signal });
      expect(subject.clock.pending).toBe(0);
    });
  });
}
