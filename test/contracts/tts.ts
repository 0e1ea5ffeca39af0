import { describe, expect, it } from 'vitest';
import { rmsDbfs } from '../../src/audio/level.ts';
import { durationMs, speakingRateHz } from '../../src/frames/pcm.ts';
import type { Tts } from '../../src/providers/tts/tts.ts';
import { closedAfterEach, type OpenSubject, type Subject } from './subject.ts';
import { streamingPromises } from './streaming.ts';

export type TtsSubject = Subject<Tts> & {
  /** How long the other side speaks, whatever the text. */
  speaks(soundMs: number): void;
  lastText(): string;
};

/** What every voice promises. */
export function ttsContract(name: string, openSubject: OpenSubject<TtsSubject>): void {
  describe(`${name} keeps the contract of voices: it`, () => {
    const open = closedAfterEach(openSubject);

    it('hands the text over and gives all of its sound at the speaking rate', async () => {
      const subject = await open({ kind: 'ok' });
      subject.speaks(1_234);
      let heardMs = 0;
      const { signal } = new AbortController();
      for await (const frame of subject.provider.stream('Hello, 世界.', { signal })) {
        expect(frame.sampleRateHz).toBe(speakingRateHz);
        expect(rmsDbfs(frame.samples)).toBeGreaterThan(-40);
        heardMs += durationMs(frame);
      }
      expect(heardMs).toBeCloseTo(1_234, 1);
      expect(subject.lastText()).toBe('Hello, 世界.');
    });

    streamingPromises('tts', open, (tts, signal) => tts.stream('Hello.', { signal }));
  });
}
