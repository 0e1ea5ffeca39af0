import type { PcmFrame } from './pcm.ts';

/** A word where it sounds. @property text as it was written, with the marks that follow it */
export type TimedWord = { text: string; startMs: number; endMs: number };
/** @property ipa in the International Phonetic Alphabet, perhaps with stress marks; empty for a pause */
export type TimedPhoneme = { ipa: string; startMs: number; endMs: number };

/** What sounds when, in milliseconds from a first sample. Each list is in order; either may be empty. */
export type SpeechTiming = { words: TimedWord[]; phonemes: TimedPhoneme[] };

/**
 * Sound from a synthesiser. @property timing counted from this frame's first sample; it may reach into the frames
 * that follow, up to the next one with a timing of its own
 */
export type SpeechFrame = PcmFrame & { timing?: SpeechTiming };
