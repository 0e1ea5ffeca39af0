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

/** Nobody says "mm-hm" for so long: it is an interruption before any word is known. */
const surelyTalkingMs = 900;
/** With no words by then the recogniser has failed us; the length of the sound decides. */
const giveUpOnWordsMs = 1_500;
const longSoundMs = 500;

/** Listening noises of English and Chinese; agreement without a wish to take the turn. */
const backchannels =
  /^(?:(?:m+|hm+|mhm|mm-?hm+|uh-?huh|uh|um|ah|oh|aha|huh|yeah|yep|yes|right|ok|okay|sure|i see|got it|wow|really|cool|nice|great|true|exactly|indeed|嗯+|哦+|噢|喔|啊|对+|是+|好的?|行|没错|这样|明白|懂了)[\s,.!?，。！？]*)+$/iu;

/** Decides with words and duration whether the character should stop or go on from the very sample. */
export function judgeBargeIn({ speechMs, silentMs, words }: Overlap): BargeIn {
  if (words !== undefined) {
    const bare = words.trim();
    if (bare === '') return silentMs > 0 ? 'backchannel' : 'undecided';
    if (!backchannels.test(bare)) return 'interruption';
    if (silentMs > 0) return 'backchannel';
  }
  if (silentMs === 0 && speechMs >= surelyTalkingMs) return 'interruption';
  if (silentMs >= giveUpOnWordsMs) return speechMs >= longSoundMs ? 'interruption' : 'backchannel';
  return 'undecided';
}

/** When the judgement should be made anew although nothing happened; undefined when only words or sound can change it. */
export function nextJudgementMs({ silentMs, speechMs }: Overlap): number {
  return silentMs === 0
    ? Math.max(0, surelyTalkingMs - speechMs)
    : Math.max(0, giveUpOnWordsMs - silentMs);
}
