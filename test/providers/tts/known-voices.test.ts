import { describe, expect, it } from 'vitest';
import { KnownVoices } from '../../../src/providers/tts/known-voices.ts';
import { ProviderFailed } from '../../../src/providers/provider-failed.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { ScriptedTts, type TtsStep } from '../../fakes/scripted-tts.ts';

const refused: TtsStep = { soundMs: 0, fails: new ProviderFailed('tts', 'refused', false) };
const options = { voice: 'coral', language: 'en-US', signal: new AbortController().signal };

async function speak(voices: KnownVoices): Promise<number> {
  let frames = 0;
  for await (const frame of voices.stream('Hello there', options))
    frames += frame.samples.length > 0 ? 1 : 0;
  return frames;
}

describe('voices that a server may not have', () => {
  it('are replaced by its usual voice, and not asked for again', async () => {
    const tts = new ScriptedTts(new FakeClock(), refused, {});
    const voices = new KnownVoices(tts);
    expect(await speak(voices)).toBeGreaterThan(0);
    expect(await speak(voices)).toBeGreaterThan(0);
    expect(tts.log.calls.map(({ input }) => input.voice)).toEqual(['coral', undefined, undefined]);
  });

  it('are asked for again when the usual voice was refused as well: it was not the name', async () => {
    const tts = new ScriptedTts(new FakeClock(), refused, refused, {});
    const voices = new KnownVoices(tts);
    await expect(speak(voices)).rejects.toThrow(ProviderFailed);
    expect(await speak(voices)).toBeGreaterThan(0);
    expect(tts.log.calls.at(-1)?.input.voice).toBe('coral');
  });
});
