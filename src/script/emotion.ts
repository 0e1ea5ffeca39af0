import { emotionNames, type EmotionName } from '../protocol/emotion.ts';

/** How the character feels over a whole turn. `scale`: 1 subtle, 2 moderate, 3 intense. */
export type Emotion = { emotion: EmotionName; scale: 1 | 2 | 3 };

/** What models write for them; the stronger words of a kind say by themselves how strong it is. */
const others: Record<EmotionName, string> = {
  joy: 'happy happiness joyful glad cheerful pleased delighted excited ecstatic ecstasy amused proud grateful love loving hopeful 开心 高兴 快乐 喜悦 兴奋',
  trust: 'trusting acceptance admiration friendly warm caring affection compassion 信任 友好',
  fear: 'afraid scared fearful anxious nervous worried terrified terror apprehension 害怕 恐惧 担心',
  surprise: 'surprised amazed amazement astonished shocked confused 惊讶 惊喜 吃惊',
  sadness:
    'sad unhappy sorrow grief melancholy lonely disappointed sorry apologetic pensive 难过 悲伤 伤心',
  disgust: 'disgusted loathing revolted contempt 厌恶',
  anger: 'angry annoyed annoyance irritated frustrated furious rage mad 生气 愤怒',
  anticipation:
    'interest interested curious curiosity vigilance eager thoughtful playful 期待 好奇',
  calm: 'serene serenity relaxed peaceful content 平静',
  bored: 'boredom tired weary indifferent 无聊',
  neutral: 'none normal 中性',
};
const strong = new Set(
  'ecstatic ecstasy terrified terror astonished shocked grief loathing furious rage'.split(' '),
);

const byWord = new Map<string, EmotionName>();
for (const name of emotionNames) {
  for (const word of [name, ...others[name].split(' ')]) byWord.set(word, name);
}

/** Reads "happy 2", "Joy (3)" or "very sad". @returns undefined when it names no emotion */
export function readEmotion(text: string): Emotion | undefined {
  const letters = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const word = letters.find((one) => byWord.has(one));
  const emotion = byWord.get(word ?? '');
  if (word === undefined || emotion === undefined) return undefined;
  const [digit] = /[1-3](?!\d)/.exec(text) ?? [];
  return { emotion, scale: digit === undefined ? scaleOf(word, letters) : asScale(Number(digit)) };
}

function scaleOf(word: string, letters: string[]): Emotion['scale'] {
  if (strong.has(word) || letters.some((one) => /^(?:very|extremely|intense(?:ly)?)$/.test(one)))
    return 3;
  return letters.some((one) => /^(?:slight(?:ly)?|little|subtle|mild(?:ly)?)$/.test(one)) ? 1 : 2;
}

function asScale(number: number): Emotion['scale'] {
  return number <= 1 ? 1 : number >= 3 ? 3 : 2;
}
