/** What the user's sound over the character's voice turned out to be. */
export type BargeIn = 'undecided' | 'interruption' | 'backchannel';

export type Overlap = {
  /** Speech so far, pauses included. */
  speechMs: number;
  /** Silence since then; 0 while the user speaks. */
  silentMs: number;
  /** The words so far; undefined while no transcript is there, empty when there were none. */
  words: string | undefined;
};

/** Few noises last so long: it is an interruption before any word is known. */
const surelyTalkingMs = 900;
/** Nobody says "yeah, right" for so long. */
const longestBackchannelMs = 1_500;
/** With no words by then the recogniser has failed us; the length of the sound decides. */
const giveUpOnWordsMs = 1_500;
const longSoundMs = 500;
/** Speech of this length has words. What has none is a noise, even while it lasts: humming, a siren, applause. */
const surelyNoiseMs = 2_000;

/** Listening noises of English and Chinese; agreement without a wish to take the turn. */
const backchannels =
  /^(?:(?:m+|hm+|mhm|mm-?hm+|uh-?huh|uh|um|ah|oh|aha|huh|yeah|yep|yes|right|ok|okay|sure|i see|got it|wow|really|cool|nice|great|true|exactly|indeed|嗯+|哦+|噢|喔|啊|哇|对+的?|是+的?|好的?|好吧|行|没错|这样|这样啊|原来如此|真的|明白了?|懂了|知道了)[\s,.!?，。！？]*)+$/iu;

/** Decides with words and duration whether the character should stop or go on from the very sample. */
export function judgeBargeIn(overlap: Overlap): BargeIn {
  const { speechMs, silentMs, words } = overlap;
  const sound = soundOf(words);
  if (sound === 'speech') return 'interruption';
  if (silentMs > 0 && sound !== 'unknown') return 'backchannel';
  if (nextJudgementMs(overlap) > 0) return 'undecided';
  switch (sound) {
    case 'noise':
      return 'backchannel';
    case 'agreement':
      return 'interruption';
    case 'unknown':
      return silentMs === 0 || speechMs >= longSoundMs ? 'interruption' : 'backchannel';
  }
}

/** In how many milliseconds the length of the sound, or of the silence after it, decides without further words. */
export function nextJudgementMs({ silentMs, speechMs, words }: Overlap): number {
  if (silentMs > 0) return Math.max(0, giveUpOnWordsMs - silentMs);
  return Math.max(0, decidingMs[soundOf(words)] - speechMs);
}

type Sound = 'unknown' | 'noise' | 'agreement' | 'speech';

/** After so much of it, a sound that goes on is what it seems to be. */
const decidingMs: Record<Sound, number> = {
  unknown: surelyTalkingMs,
  noise: surelyNoiseMs,
  agreement: longestBackchannelMs,
  speech: 0,
};

function soundOf(words: string | undefined): Sound {
  if (words === undefined) return 'unknown';
  const bare = words.trim();
  if (bare === '') return 'noise';
  return backchannels.test(bare) ? 'agreement' : 'speech';
}
