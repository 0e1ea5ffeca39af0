import type { SpeechTiming, TimedPhoneme, TimedWord } from '../../frames/speech-timing.ts';

/** What espeak-ng reports of its sound. Positions are characters (code points) of the text, counted from 1. */
type SpokenEvent = {
  type: string;
  text_position: number;
  word_length: number;
  audio_position: number;
  id?: string | number;
};

/**
 * When each word and phoneme of a sentence sounds. A word goes from its first letter to the next word, with the marks
 * and blanks between: joined, the words are the sentence.
 * @param text as it was spoken
 * @param soundMs length of the whole sound
 */
export function timingOf(
  text: string,
  events: readonly SpokenEvent[],
  soundMs: number,
): SpeechTiming {
  return { words: words(Array.from(text), events, soundMs), phonemes: phonemes(events, soundMs) };
}

/** The same, heard in a part of the sound alone: from `fromMs` on, `soundMs` long. */
export function within(
  { words, phonemes }: SpeechTiming,
  fromMs: number,
  soundMs: number,
): SpeechTiming {
  const moved = <T extends { startMs: number; endMs: number }>(unit: T): T => ({
    ...unit,
    startMs: Math.min(soundMs, Math.max(0, unit.startMs - fromMs)),
    endMs: Math.min(soundMs, Math.max(0, unit.endMs - fromMs)),
  });
  return { words: words.map(moved), phonemes: phonemes.map(moved) };
}

function words(text: string[], events: readonly SpokenEvent[], soundMs: number): TimedWord[] {
  const begun: { at: number; startMs: number; silentMs: number }[] = [];
  let coveredTo = 0;
  for (const { type, text_position, word_length, audio_position, id } of events) {
    const last = begun.at(-1);
    if (type === 'phoneme' && last && id !== '') last.silentMs = soundMs;
    if (type === 'phoneme' && last && id === '')
      last.silentMs = Math.min(last.silentMs, audio_position);
    if (type !== 'word') continue;
    const at = text_position - 1;
    // "1999" is reported as two words of which the second begins within the first; a blank as a word after an emoji.
    const isNew = at >= coveredTo && (text[at] ?? ' ').trim() !== '';
    coveredTo = Math.max(coveredTo, at + word_length);
    if (isNew) begun.push({ at, startMs: audio_position, silentMs: soundMs });
  }
  return begun.map(({ at, startMs, silentMs }, index) => {
    const next = begun[index + 1];
    return {
      text: text.slice(index === 0 ? 0 : at, next?.at).join(''),
      startMs,
      endMs: Math.max(startMs, Math.min(silentMs, next?.startMs ?? soundMs)),
    };
  });
}

function phonemes(events: readonly SpokenEvent[], soundMs: number): TimedPhoneme[] {
  const timed: TimedPhoneme[] = [];
  for (const { type, audio_position, id } of events) {
    if (type !== 'phoneme' && type !== 'end') continue;
    const last = timed.at(-1);
    if (last) last.endMs = Math.max(last.startMs, audio_position);
    const ipa = typeof id === 'string' ? id : '';
    timed.push({ ipa, startMs: audio_position, endMs: soundMs });
  }
  return timed.filter(({ startMs, endMs }) => endMs > startMs);
}
