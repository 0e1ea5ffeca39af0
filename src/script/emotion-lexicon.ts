import type { EmotionName } from '../protocol/emotion.ts';

type Felt = { emotion: EmotionName; weight: number };

/** How much a word tells: polite words little, cries much. */
const weights = { mild: 0.25, plain: 0.45, strong: 0.75 } as const;

const english: [EmotionName, keyof typeof weights, string][] = [
  [
    'joy',
    'mild',
    'good nice fine welcome fun funny enjoy enjoyed enjoying cheers smile smiling pretty lovely hope hopeful kind thanks better',
  ],
  [
    'joy',
    'plain',
    'happy glad great delighted delight pleased pleasure joy joyful cheerful love loved loving laugh laughing proud excited exciting celebrate congratulations beautiful grateful bless blessed',
  ],
  [
    'joy',
    'strong',
    'wonderful fantastic amazing brilliant excellent ecstatic thrilled overjoyed marvellous marvelous hooray hurray yay splendid superb awesome',
  ],
  ['trust', 'mild', 'sure certainly promise help helping together understand friend friends safe'],
  ['trust', 'plain', 'trust trusted faithful loyal honest believe admire respect rely'],
  ['fear', 'mild', 'careful worry worried concern concerned nervous doubt uneasy danger risky'],
  [
    'fear',
    'plain',
    'afraid fear fears scared scary frightened dangerous anxious threat beware dread haunted',
  ],
  ['fear', 'strong', 'terrified terrifying terror horrified panic nightmare horror'],
  ['surprise', 'mild', 'oh really suddenly strange unexpected curious'],
  ['surprise', 'plain', 'surprise surprised surprising wow whoa unbelievable incredible imagine'],
  ['surprise', 'strong', 'astonished astonishing shocked shocking stunned'],
  ['sadness', 'mild', 'sorry unfortunately pity sigh alone miss missed missing tired regret'],
  [
    'sadness',
    'plain',
    'sad unhappy sorrow lonely cry cried crying tears lost grieve mourn hopeless gloomy disappointed heartache unlucky died',
  ],
  ['sadness', 'strong', 'grief heartbroken devastated miserable despair tragedy tragic weep'],
  ['disgust', 'plain', 'disgust disgusted disgusting gross nasty filthy rotten revolting ugh yuck'],
  ['disgust', 'strong', 'vile loathe loathsome repulsive'],
  ['anger', 'mild', 'annoyed annoying bother unfair enough nonsense'],
  ['anger', 'plain', 'angry anger hate hated mad liar fool stupid frustrated traitor curse damn'],
  ['anger', 'strong', 'furious rage outrageous enraged despise revenge'],
  ['anticipation', 'mild', 'soon ready tomorrow perhaps wait waiting plan'],
  ['anticipation', 'plain', 'eager await expect curious wonder adventure'],
];

const chinese: [EmotionName, keyof typeof weights, string][] = [
  ['joy', 'mild', '不错 谢谢 欢迎 有趣 好玩 挺好 真好 可爱 希望'],
  ['joy', 'plain', '开心 高兴 快乐 喜欢 喜悦 幸福 恭喜 哈哈 愉快 骄傲'],
  ['joy', 'strong', '太好了 太棒了 棒极了 激动 兴奋 欣喜 万岁'],
  ['trust', 'mild', '放心 帮你 一起 朋友 当然'],
  ['trust', 'plain', '信任 相信 可靠 忠诚 佩服'],
  ['fear', 'mild', '担心 小心 紧张 不安'],
  ['fear', 'plain', '害怕 可怕 恐惧 危险 吓人'],
  ['fear', 'strong', '恐怖 惊恐 吓死'],
  ['surprise', 'mild', '居然 竟然 原来 奇怪'],
  ['surprise', 'plain', '惊讶 吃惊 意外 哇 没想到'],
  ['surprise', 'strong', '震惊 不可思议'],
  ['sadness', 'mild', '抱歉 对不起 可惜 遗憾 想念 唉'],
  ['sadness', 'plain', '难过 伤心 悲伤 孤独 失望 眼泪 哭'],
  ['sadness', 'strong', '绝望 心碎 痛苦 悲痛'],
  ['disgust', 'plain', '恶心 讨厌 厌恶 肮脏'],
  ['anger', 'mild', '烦 不公平 胡说'],
  ['anger', 'plain', '生气 愤怒 恨 骗子 可恶 混蛋'],
  ['anger', 'strong', '气死 暴怒 怒火'],
  ['anticipation', 'plain', '期待 好奇 盼望 等不及'],
];

function table(rows: [EmotionName, keyof typeof weights, string][]): Map<string, Felt> {
  const found = new Map<string, Felt>();
  for (const [emotion, strength, words] of rows) {
    for (const word of words.split(' ')) found.set(word, { emotion, weight: weights[strength] });
  }
  return found;
}

/** Words in lower case. */
export const feltWords: ReadonlyMap<string, Felt> = table(english);
/** Longer ones first, so that the longest at a place counts. */
export const feltPhrases: readonly (readonly [string, Felt])[] = [...table(chinese)].sort(
  ([one], [other]) => other.length - one.length,
);
