import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderFailed } from '../../src/providers/provider-failed.ts';
import type { Stt, SttLine, SttLineOptions } from '../../src/providers/stt/stt.ts';
import { openLine } from '../../src/providers/stt/whole-utterances.ts';
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

export type SttLineSubject = Subject<Stt> & {
  /** What the other side hears, by the length of the sound in samples at 16 kHz. */
  hears(text: (samples: number) => string): void;
  /** Resolves when the other side listens to what was pushed, if it does so before the words are asked for. */
  listens(): Promise<void>;
};

/** 64 ms at a time, as a microphone gives it. */
export const pieceSamples = 1_024;
const piece = (value = 7) => new Int16Array(pieceSamples).fill(value);

/** A line whose sound is kept as a conversation keeps it. */
export class Speaker {
  readonly partials: string[] = [];
  readonly troubles: ProviderFailed[] = [];
  readonly line: SttLine;
  #pieces: Int16Array[] = [];

  constructor(stt: Stt, options: Partial<SttLineOptions> = {}) {
    this.line = openLine(stt, {
      language: 'en-US',
      onPartial: (text) => this.partials.push(text),
      onTrouble: (failure) => this.troubles.push(failure),
      ...options,
    });
  }

  speak(pieces: number): void {
    for (let i = 0; i < pieces; i++) {
      const sound = piece();
      this.#pieces.push(sound);
      this.line.push(sound);
    }
  }

  async words(signal = new AbortController().signal): Promise<string> {
    return (await this.line.words(() => this.#whole(), signal)).text;
  }

  reset(): void {
    this.#pieces = [];
    this.line.reset();
  }

  #whole(): Int16Array {
    return new Int16Array(this.#pieces.length * pieceSamples).fill(7);
  }
}

/** What every line promises, whether it streams or not. */
export function sttLineContract(name: string, openSubject: OpenSubject<SttLineSubject>): void {
  describe(`${name} keeps the contract of lines: it`, () => {
    const open = closedAfterEach(openSubject);
    const speakers: Speaker[] = [];
    const speaker = ({ provider }: SttLineSubject) => {
      const opened = new Speaker(provider);
      speakers.push(opened);
      return opened;
    };
    afterEach(() => {
      for (const { line } of speakers.splice(0)) line.close();
    });
    const counted = (samples: number) => ` ${Math.round(samples / pieceSamples)} pieces. `;

    it('gives the words of all that was pushed, trimmed', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(counted);
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      user.speak(3);
      expect(await user.words()).toBe('8 pieces.');
    });

    it('gives an empty text when there were no words', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(() => ' ');
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      expect(await user.words()).toBe('');
    });

    it('gives the words from the beginning when the user goes on after a pause', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(counted);
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      expect(await user.words()).toBe('5 pieces.');
      user.speak(2);
      user.line.goOn();
      user.speak(4);
      expect(await user.words()).toBe('11 pieces.');
      user.line.goOn();
      user.speak(1);
      expect(await user.words()).toBe('12 pieces.');
    });

    it('gives the words from the beginning when the user goes on before they came', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(counted);
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      const abort = new AbortController();
      const first = rejection(user.words(abort.signal));
      const reason = new Error('the user goes on');
      abort.abort(reason);
      user.line.goOn();
      user.speak(3);
      expect(await first).toBe(reason);
      expect(await user.words()).toBe('8 pieces.');
    });

    it('gives the same words when asked again', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(counted);
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      expect([await user.words(), await user.words()]).toEqual(['5 pieces.', '5 pieces.']);
    });

    it('begins anew after a reset, whatever was left of the utterance before', async () => {
      const subject = await open({ kind: 'ok' });
      subject.hears(counted);
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      await user.words();
      user.speak(9);
      user.reset();
      user.speak(3);
      expect(await user.words()).toBe('3 pieces.');
      user.line.goOn();
      user.speak(9);
      user.reset();
      user.speak(4);
      expect(await user.words()).toBe('4 pieces.');
    });

    it('asks nobody for words when aborted already', async () => {
      const subject = await open({ kind: 'ok' });
      const reason = new Error('changed my mind');
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      expect(await rejection(user.words(AbortSignal.abort(reason)))).toBe(reason);
      expect(subject.requests()).toBe(0);
    });

    it('throws the reason when aborted while it waits', async () => {
      const subject = await open({ kind: 'hang' });
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      const abort = new AbortController();
      const reason = new Error('barge-in');
      const call = rejection(user.words(abort.signal));
      await subject.arrived(1);
      abort.abort(reason);
      expect(await call).toBe(reason);
    });

    it('gives a silent provider up after its time', async () => {
      const subject = await open({ kind: 'hang' });
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      const over = { is: false };
      const call = rejection(user.words()).finally(() => (over.is = true));
      await subject.arrived(1);
      while (!over.is) await subject.clock.advance(subject.timeoutMs);
      expectFailure(await call, failureFor('stt', { kind: 'hang' }));
    });

    it.each(troubles.map((trouble) => ({ trouble, what: describeTrouble(trouble) })))(
      'says what went wrong and whether to try again: $what',
      async ({ trouble }) => {
        const user = speaker(await open(trouble));
        user.speak(5);
        expectFailure(await rejection(user.words()), failureFor('stt', trouble));
      },
    );

    it('leaves no timer behind when it is closed', async () => {
      const subject = await open({ kind: 'ok' });
      const user = speaker(subject);
      user.speak(5);
      await subject.listens();
      await user.words();
      user.reset();
      user.speak(5);
      user.line.close();
      user.speak(5);
      expect(subject.clock.pending).toBe(0);
    });
  });
}
