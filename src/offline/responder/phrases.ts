import type { Colour } from '../sight/colours.ts';
import type { Glance } from '../sight/glance.ts';

/** What the responder says by itself, in one language. */
export type Phrases = {
  iAm(name: string): string;
  myNameIs(name: string): string;
  hello(greeted: string | undefined, userName: string | undefined, again: boolean): string;
  iAmWell: string;
  youAreWelcome: string;
  goodbye(userName: string | undefined): string;
  neverMind: string;
  /** Asked whether it is real: the truth. */
  noModel(name: string | undefined): string;
  whatIKnow(topics: readonly string[]): string;
  yourNameIs(name: string): string;
  yourNameIsUnknown: string;
  niceToMeet(name: string): string;
  youSaid(text: string): string;
  youToldMe(statement: string): string;
  youHaveNotSaid: string;
  iWillRemember(statement: string): string;
  asISaid(answer: string): string;
  nothingSaidYet: string;
  noMore: string;
  nothingAround: string;
  nothingNew: string;
  noAnswer(topics: readonly string[], isCharacter: boolean): string[];
  iSee: string[];
  /** What is shown, by all that is made out of it; undefined when nothing is. */
  iLookAt(seen: Glance | undefined): string;
  goOn: string;
  /** Before doing what was asked, and when it cannot be done. */
  atOnce: string;
  cannotDo: string;
  /** Before a sentence in a language other than the listener's. */
  inOtherWords: string;
};

export const english: Phrases = {
  iAm: (name) => `I am ${name}.`,
  myNameIs: (name) => `My name is ${name}.`,
  hello(greeted, userName, again) {
    const word = again ? 'Hello again' : capital(greeted ?? 'hello');
    return userName === undefined ? `${word}.` : `${word}, ${userName}.`;
  },
  iAmWell: 'I am well, thank you. And how are you?',
  youAreWelcome: 'You are welcome.',
  goodbye: (userName) =>
    userName === undefined ? 'Goodbye. Come back soon.' : `Goodbye, ${userName}. Come back soon.`,
  neverMind: 'Never mind, it is all right.',
  noModel: (name) =>
    `${name === undefined ? 'I am' : `${name} is`} spoken by a small offline responder. It is no person and no language model: it only finds answers in what it was given.`,
  whatIKnow: (topics) =>
    topics.length === 0
      ? 'Ask me about myself, or about what I was told.'
      : `Ask me about myself, or about ${list(topics, 'or')}.`,
  yourNameIs: (name) => `Your name is ${name}.`,
  yourNameIsUnknown: 'You have not told me your name yet.',
  niceToMeet: (name) => `Nice to meet you, ${name}.`,
  youSaid: (text) => `You said: ${ended(text)}`,
  youToldMe: (statement) => `You told me that ${ended(statement)}`,
  youHaveNotSaid: 'You have not told me that yet.',
  iWillRemember: (statement) => `I will remember that ${ended(statement)}`,
  asISaid: (answer) => `As I said: ${answer}`,
  nothingSaidYet: 'Nothing has been said yet.',
  noMore: 'That is all I can tell you about it.',
  nothingAround: 'I was not told what is around us.',
  nothingNew: 'I was not told what is going on.',
  noAnswer(topics, isCharacter) {
    const hint = topics.length === 0 ? '' : ` You could ask me about ${list(topics, 'or')}.`;
    if (!isCharacter)
      return ['I have no answer to that. I am an offline responder, not a language model.'];
    return [
      `I have no answer to that. I only know my own story.${hint}`,
      `That I do not know.${hint}`,
      `I cannot tell you anything about that.${hint}`,
    ];
  },
  iSee: [
    'I see. Tell me more about that.',
    'I hear you. What makes you say that?',
    'All right. And what else is on your mind?',
  ],
  iLookAt(seen) {
    if (!seen) return 'I see nothing at the moment.';
    const light = isShade(seen)
      ? ''
      : { dark: 'dark ', bright: 'bright ', between: '' }[seen.brightness];
    return `I see something ${light}${seen.colour}. I make out colours, and no more.`;
  },
  goOn: 'Go on, I am listening.',
  atOnce: 'All right, at once.',
  cannotDo: 'I cannot do that here.',
  inOtherWords: 'I can only tell you that in another language:',
};

const chineseColours: Record<Colour, string> = {
  black: '黑色',
  grey: '灰色',
  white: '白色',
  red: '红色',
  orange: '橙色',
  brown: '棕色',
  yellow: '黄色',
  green: '绿色',
  cyan: '青色',
  blue: '蓝色',
  purple: '紫色',
  pink: '粉色',
};

export const chinese: Phrases = {
  iAm: (name) => `我是${name}。`,
  myNameIs: (name) => `我叫${name}。`,
  hello: (greeted, userName, again) =>
    `${again ? '又见面了' : (greeted ?? '你好')}${userName === undefined ? '' : `，${userName}`}。`,
  iAmWell: '我很好，谢谢。你呢？',
  youAreWelcome: '不用谢。',
  goodbye: (userName) => `再见${userName === undefined ? '' : `，${userName}`}。欢迎再来。`,
  neverMind: '没关系。',
  noModel: (name) =>
    `${name === undefined ? '我' : `替${name}说话的`}是一个很小的离线应答程序，不是真人，也不是语言模型，只会在已知的内容里找答案。`,
  whatIKnow: (topics) =>
    topics.length === 0
      ? '你可以问问我自己的事。'
      : `你可以问问我自己，或者${list(topics, '或者')}。`,
  yourNameIs: (name) => `你叫${name}。`,
  yourNameIsUnknown: '你还没有告诉我你的名字。',
  niceToMeet: (name) => `很高兴认识你，${name}。`,
  youSaid: (text) => `你说：${endedChinese(text)}`,
  youToldMe: (statement) => `你告诉过我，${endedChinese(statement)}`,
  youHaveNotSaid: '这个你还没有告诉我。',
  iWillRemember: (statement) => `我记住了，${endedChinese(statement)}`,
  asISaid: (answer) => `我说的是：${answer}`,
  nothingSaidYet: '我们还没有说过什么。',
  noMore: '这件事我知道的就这些。',
  nothingAround: '没有人告诉我周围有什么。',
  nothingNew: '没有人告诉我现在的情况。',
  noAnswer(topics, isCharacter) {
    if (!isCharacter) return ['这个我答不上来。我只是一个离线应答程序，不是语言模型。'];
    const hint = topics.length === 0 ? '' : `你可以问问我${list(topics, '或者')}。`;
    return [`这个我答不上来，我只知道自己的事。${hint}`, `这我就不知道了。${hint}`];
  },
  iSee: ['我明白了。再多说一点吧。', '嗯，我在听。后来呢？'],
  iLookAt(seen) {
    if (!seen) return '我现在什么也看不见。';
    const light = isShade(seen)
      ? ''
      : { dark: '暗暗的', bright: '亮亮的', between: '' }[seen.brightness];
    return `我看到一片${light}${chineseColours[seen.colour]}。我只认得颜色。`;
  },
  goOn: '你说吧，我在听。',
  atOnce: '好的，马上。',
  cannotDo: '这个我在这里做不到。',
  inOtherWords: '这件事我只会用另一种语言说：',
};

/** Which says itself how bright it is. */
const isShade = ({ colour }: Glance) =>
  colour === 'black' || colour === 'white' || colour === 'grey';

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

function ended(text: string): string {
  return /[.!?…]["'”’]?$/.test(text) ? text : `${text}.`;
}

function endedChinese(text: string): string {
  return /[。！？.!?]”?$/.test(text) ? text : `${text}。`;
}

function list(items: readonly string[], or: string): string {
  if (items.length < 2) return items.join('');
  const last = items.at(-1) ?? '';
  const isChinese = or === '或者';
  return `${items.slice(0, -1).join(isChinese ? '、' : ', ')}${isChinese ? or : ` ${or} `}${last}`;
}
