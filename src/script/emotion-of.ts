import type { EmotionName } from '../protocol/emotion.ts';
import { feltPhrases, feltWords } from './emotion-lexicon.ts';
import type { Emotion } from './emotion.ts';

export type EmotionThresholds = {
  /** Shorter texts show nothing. Two Han characters count as a word. */
  min_word_threshold: number;
  /** Scores below are `scale` 1. */
  low_intensity_threshold: number;
  /** Scores above are `scale` 3. */
  high_intensity_threshold: number;
};

/** Turned around, these become their counterpart; other emotions are merely not felt. */
const opposite: Partial<Record<EmotionName, EmotionName>> = { joy: 'sadness', trust: 'fear' };
const negations = new Set(
  "not no never neither nor without hardly cannot can't don't didn't doesn't isn't aren't wasn't won't wouldn't ain't".split(
    ' ',
  ),
);
const intensifiers = new Set(
  'very so really extremely truly absolutely too incredibly such'.split(' '),
);
const diminishers = new Set('slightly somewhat little bit rather quite'.split(' '));
/** A negation reaches over so many words: "not at all very happy". */
const reach = 3;

/**
 * The emotion that a text's words show, by a small lexicon of English and Chinese; the same each time. Words add up
 * as 1 - (1 - a)(1 - b), so that a second one strengthens without end being reached.
 * @returns undefined when the text is too short or shows none
 */
export function emotionOf(text: string, thresholds: EmotionThresholds): Emotion | undefined {
  const words =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? [];
  if (wordCount(words) < thresholds.min_word_threshold) return undefined;
  const scores = new Map<EmotionName, number>();
  const feel = (emotion: EmotionName, weight: number) => {
    const before = scores.get(emotion) ?? 0;
    scores.set(emotion, 1 - (1 - before) * (1 - Math.min(weight, 0.95)));
  };
  feelWords(words, feel);
  feelPhrases(text, feel);
  let best: [EmotionName, number] | undefined;
  for (const entry of scores) if (!best || entry[1] > best[1]) best = entry;
  if (!best) return undefined;
  const score = Math.min(1, best[1] + (/[!！]/.test(text) ? 0.1 : 0));
  return { emotion: best[0], scale: scaleOf(score, thresholds) };
}

type Feel = (emotion: EmotionName, weight: number) => void;

function feelWords(words: string[], feel: Feel): void {
  words.forEach((word, i) => {
    const felt = feltWords.get(word);
    if (!felt) return;
    const before = words.slice(Math.max(0, i - reach), i);
    const near = before.at(-1) ?? '';
    const factor = intensifiers.has(near) ? 1.5 : diminishers.has(near) ? 0.6 : 1;
    if (before.some((one) => negations.has(one))) {
      const turned = opposite[felt.emotion];
      if (turned) feel(turned, felt.weight * 0.6);
    } else feel(felt.emotion, felt.weight * factor);
  });
}

function feelPhrases(text: string, feel: Feel): void {
  for (let at = 0; at < text.length;) {
    const phrase = feltPhrases.find(([letters]) => text.startsWith(letters, at));
    if (!phrase) {
      at++;
      continue;
    }
    const [letters, { emotion, weight }] = phrase;
    const before = text.slice(Math.max(0, at - 3), at);
    const factor = /[很太真好非常特别]$/.test(before) ? 1.5 : /有点$/.test(before) ? 0.6 : 1;
    if (/[不没别](?:太|很|怎么|会|用|再|要)?$/.test(before)) {
      const turned = opposite[emotion];
      if (turned) feel(turned, weight * 0.6);
    } else feel(emotion, weight * factor);
    at += letters.length;
  }
}

function wordCount(words: string[]): number {
  const han = words.reduce((sum, word) => sum + (word.match(/\p{Script=Han}/gu)?.length ?? 0), 0);
  const latin = words.filter((word) => !/^\p{Script=Han}+$/u.test(word)).length;
  return latin + Math.ceil(han / 2);
}

function scaleOf(score: number, thresholds: EmotionThresholds): Emotion['scale'] {
  if (score < thresholds.low_intensity_threshold) return 1;
  return score > thresholds.high_intensity_threshold ? 3 : 2;
}
