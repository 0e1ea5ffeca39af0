import type { TimedPhoneme } from '../frames/speech-timing.ts';
import { visemesOf } from './phoneme-visemes.ts';
import { visemeIndex, type Viseme } from './visemes.ts';

/** A shape that the mouth takes for a while. Times in milliseconds of the answer's sound. */
export type Gesture = { viseme: number; startMs: number; endMs: number };

/**
 * Lips close before a [p] is heard, the tongue is up before a [t]: a synthesiser times the burst, a viewer sees the
 * closure. espeak-ng leaves 45 to 55 ms for it.
 */
const closureMs = 50;
const stop = /^[pbtdʈɖkɡgcɟq]/;
/** A shape that is taken needs so long to be seen at all. */
const leastMs = 20;

/** The shapes of a stretch of phonemes that begins at `fromMs`. Without gaps: pauses are gestures of `sil`. */
export function gesturesOf(phonemes: readonly TimedPhoneme[], fromMs: number): Gesture[] {
  const gestures: Gesture[] = [];
  let throatFromMs: number | undefined;
  for (const { ipa, startMs, endMs } of phonemes) {
    const shapes: Viseme[] = ipa === '' ? ['sil'] : visemesOf(ipa);
    if (shapes.length === 0) {
      throatFromMs ??= startMs;
      continue;
    }
    const beginMs = throatFromMs ?? startMs;
    throatFromMs = undefined;
    const eachMs = (endMs - beginMs) / shapes.length;
    for (const [index, shape] of shapes.entries()) {
      const startsMs = fromMs + beginMs + eachMs * index;
      const last = gestures.at(-1);
      const leadMs = index === 0 && stop.test(ipa) ? closureMs : 0;
      const earliestMs = last ? last.startMs + leastMs : fromMs;
      const gestureMs = Math.min(startsMs, Math.max(earliestMs, startsMs - leadMs));
      if (last) last.endMs = gestureMs;
      gestures.push({
        viseme: visemeIndex(shape),
        startMs: gestureMs,
        endMs: fromMs + beginMs + eachMs * (index + 1),
      });
    }
  }
  return gestures;
}
