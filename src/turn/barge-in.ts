import { isNearlyAsked, type AnswerRest } from './answer-rest.ts';
import { simplified } from './simplified.ts';

/**
 * What the user's sound over the character's voice turned out to be. An `earlyAnswer` comes over the last words of a
 * question: these are heard to their end, and the user's are the next turn.
 */
export type BargeIn = 'undecided' | 'interruption' | 'backchannel' | 'earlyAnswer';

export type Overlap = {
  /** Speech so far, pauses included. */
  speechMs: number;
  /** Silence since then; 0 while the user speaks. */
  silentMs: number;
  /** The words so far; undefined while no transcript is there, empty when there were none. */
  words: string | undefined;
  /** What was left of the character's answer; undefined where that is not known. */
  rest?: AnswerRest | undefined;
};

/**
 * Few noises last so long: it is an interruption before any word is known. The voice is silent meanwhile, so nothing but
 * the waiting for a recogniser that never answers is lost by a length in which a slow one does: after 460 ms it is asked.
 */
const surelyTalkingMs = 1_800;
/** Nobody says "yeah, right" for so long. */
const longestBackchannelMs = 1_500;
/** With no words by then the recogniser has failed us; the length of the sound decides. */
const giveUpOnWordsMs = 1_500;
const longSoundMs = 500;
/** Within a backchannel nobody pauses longer. */
const pauseWithinMs = 400;
/** Speech of this length has words. What has none is a noise, even while it lasts: humming, a siren, applause. */
const surelyNoiseMs = 2_000;

/** Between two words, and after them, as recognisers write it. */
const marks = '[\\s,.!?…—~，。！？、～]*';

/** Listening noises of English and Chinese; agreement without a wish to take the turn. Longer ones come first. */
const backchannel = new RegExp(
  `(?:${[
    "that's (?:right|true|great|good|nice|cool|fine|amazing|awesome|interesting)|sounds (?:good|great)|makes sense|fair enough|of course",
    'absolutely|interesting|i understand|definitely|all ?right|wonderful|brilliant|awesome|amazing|perfect|exactly|lovely',
    'indeed|gotcha|no way|i know|got it|really|i see|right|great|cool|nice|good|fine|sure|true|okay|yeah|yea|yah|huh|yep|yup|yes|wow|aha|o\\.k',
    'm+-?h+m+|u[hm]-?hu[hm]|hm+|m+|(?:ha)+h?|o+h+|a+h+|aw+|uh|um|ok',
    '原来是这样|原来如此|这样啊|这样子|没问题|有意思|我知道|我明白|知道了|明白了|真的吗|真的啊|太好了|太棒了',
    '懂了|了解|知道|明白|真的|这样|没错|确实|当然|同意|不错|厉害|可以|对的|对啊|是的|是啊|是吗|是嘛|好的|好吧|好啊|好嘞|嗯哼',
    '嗯|哼|哦|噢|喔|啊|呀|哇|哎|诶|对|是|好|行|哈|呵|嘿',
  ].join('|')})(?![a-z'])${marks}`,
  'iuy',
);

/** What is an answer where a question was asked, and elsewhere more than listening. Longer ones come first. */
const shortAnswer = new RegExp(
  '(?:of course not|thank you|thanks|not really|not yet|maybe|perhaps|please|never|nope|nah|no|不用了|不知道|没关系|不用|不是|不要|不行|不对|不会|不好|没有|也许|可能|想|要|会|有|没|不)' +
    `(?![a-z'])${marks}`,
  'iuy',
);

/**
 * The first word of a backchannel that has two, cut short by a pause in it: "got" of "got it", or the part of one that a
 * streaming recogniser tells first: "uh-h". "No" is not among them.
 */
const beginning =
  /^(?:got|i|of|fair|makes|sounds|all|that's|u[hm]-(?:hu?)?|m+-h?|太|太好|真|知|原|原来|明|没|没问|当|同|确|有|有意|厉|了)[.。]?$/iu;

/** Whether a text is made of such words alone. Takes each as it comes: hours of "mmm" cost no more than their length. */
function isMadeOf(words: readonly RegExp[], text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const found = words.find((word) => {
      word.lastIndex = at;
      return word.test(text);
    });
    if (!found) return false;
    at = found.lastIndex;
  }
  return text !== '';
}

/** Decides with words and duration whether the character should stop or go on from the very sample. */
export function judgeBargeIn(overlap: Overlap): BargeIn {
  const { speechMs, silentMs, words, rest } = overlap;
  if (nextJudgementMs(overlap) > 0) return 'undecided';
  switch (soundOf(words, rest)) {
    case 'speech':
    case 'beginning':
      return 'interruption';
    case 'noise':
      return 'backchannel';
    case 'agreement':
      if (silentMs === 0) return 'interruption';
      return rest && isNearlyAsked(rest) ? 'earlyAnswer' : 'backchannel';
    case 'unknown':
      return silentMs === 0 || speechMs >= longSoundMs ? 'interruption' : 'backchannel';
  }
}

/** In how many milliseconds the length of the sound, or of the silence after it, decides without further words. */
export function nextJudgementMs({ silentMs, speechMs, words, rest }: Overlap): number {
  const { whileItLastsMs, afterItMs } = decided[soundOf(words, rest)];
  return Math.max(0, silentMs > 0 ? afterItMs - silentMs : whileItLastsMs - speechMs);
}

type Sound = 'unknown' | 'noise' | 'agreement' | 'beginning' | 'speech';

/** When a sound is what it seems to be: after so much of it while it lasts, after so much silence when it is over. */
const decided: Record<Sound, { whileItLastsMs: number; afterItMs: number }> = {
  unknown: { whileItLastsMs: surelyTalkingMs, afterItMs: giveUpOnWordsMs },
  noise: { whileItLastsMs: surelyNoiseMs, afterItMs: 0 },
  agreement: { whileItLastsMs: longestBackchannelMs, afterItMs: 0 },
  beginning: { whileItLastsMs: surelyTalkingMs, afterItMs: pauseWithinMs },
  speech: { whileItLastsMs: 0, afterItMs: 0 },
};

/** @param rest of the answer it comes over: to a question that is nearly asked, "no" is no more of an interruption than "yes" */
export function soundOf(words: string | undefined, rest?: AnswerRest): Sound {
  if (words === undefined) return 'unknown';
  const bare = simplified(words.trim());
  if (bare === '') return 'noise';
  const light = rest && isNearlyAsked(rest) ? [backchannel, shortAnswer] : [backchannel];
  if (isMadeOf(light, bare)) return 'agreement';
  return beginning.test(bare) ? 'beginning' : 'speech';
}
