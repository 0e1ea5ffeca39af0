import { isHan } from './words.ts';

/** What somebody wants who says one of the things that everybody says. */
export type Intent =
  | 'greet'
  | 'howAreYou'
  | 'thank'
  | 'leave'
  | 'apologise'
  | 'whoAreYou'
  | 'yourName'
  | 'areYouReal'
  | 'aboutYou'
  | 'whatCanYouDo'
  | 'theirName'
  | 'whatISaid'
  | 'aboutMe'
  | 'repeat'
  | 'sayThis'
  | 'more'
  | 'goOn'
  | 'surroundings'
  | 'situation'
  | 'agree'
  | 'disagree';

/** In this order: the first that fits counts. Whole phrases for what could be part of a question about something else. */
const english: readonly [Intent, RegExp][] = [
  ['aboutMe', /\bwhat do you (?:know|remember) about me\b|\bwhat have i told you\b/i],
  ['goOn', /^\(the line broke\b/i],
  ['sayThis', /^(?:please )?(?:repeat after me|say the words?|say exactly)\b[,: ]*(.+)$/i],
  [
    'repeat',
    /\b(?:say|repeat) (?:that|it|this)(?: (?:again|once more|one more time|please))+|\b(?:repeat|say) (?:that|yourself)\b|^(?:pardon|what did you (?:just )?say|come again|say again)\b|\bcould you repeat\b/i,
  ],
  [
    'theirName',
    /\b(?:what(?:'s| is| was)|do you (?:know|remember)|tell me|say) my name\b|\bwho am i\b|\bremember (?:my name|who i am)\b/i,
  ],
  [
    'whatISaid',
    /\bwhat (?:did|have) i (?:just |already )?(?:say|said|ask|asked|tell|told)|\b(?:remember|repeat) what i (?:just )?(?:said|asked|told)\b|\bwhat i (?:just )?said (?:before|earlier|last)\b|\bwhat was (?:my|the) (?:last |first )?(?:question|sentence)\b/i,
  ],
  [
    'areYouReal',
    /\b(?:are you|is this|am i (?:talking|speaking) (?:to|with)) (?:an? |really |just )*(?:real|robot|bot|machine|computer|program|ai|artificial|human|person|language model|model|chat ?gpt|llm)\b|\bwhat (?:language )?model are you\b/i,
  ],
  [
    'yourName',
    /\b(?:what(?:'s| is| was)|tell me|say) your name\b|\bwhat (?:are you|should i|do i|can i|may i|do they|do people) call(?:ed)?(?: you)?\b|\byour name(?: please)?\??$/i,
  ],
  [
    'whoAreYou',
    /\bwho (?:are|might) you\b|\bintroduce yourself\b|\bwho(?:'s| is) (?:this|there|speaking)\b|\bwhat are you\??$/i,
  ],
  [
    'aboutYou',
    /\b(?:tell|talk|speak)(?: to)?(?: me)?(?: something| more| a (?:little|bit))? about (?:yourself|you|your (?:life|story|past))[.!?]?$|\b(?:your|life) story\b/i,
  ],
  [
    'howAreYou',
    /\bhow (?:are|have) you(?: been)?(?: (?:today|doing|feeling|tonight|this \w+))*[.!?]*$|\bhow(?:'s| is) it going\b|\bhow do you (?:do|feel)[.!?]*$|\bare you (?:ok|okay|well|all right|alright)\b/i,
  ],
  [
    'whatCanYouDo',
    /\bwhat can (?:you (?:do|tell|talk)|i (?:ask|do here|say|talk))\b|^help[.!]?$|\bwhat do you know\b|\bwhat (?:can|should|shall) we (?:talk|speak) about\b/i,
  ],
  [
    'surroundings',
    /\bwhat (?:can|do) you see\b|\bwhat(?:'s| is) (?:around|here|in front|near)\b|\blook around\b|\bwhere are we\b|\bdescribe (?:the|this) (?:room|place|scene|surroundings)\b/i,
  ],
  [
    'situation',
    /\bwhat(?:'s| is) (?:going on|happening|new|up|the (?:time|situation|matter))\b|\bwhat time is it\b/i,
  ],
  [
    'more',
    /^(?:please )?(?:tell me more|go on|continue|more|and then|what else|what happened (?:next|then))\b[^?]{0,20}\??$/i,
  ],
  ['thank', /\b(?:thanks|thank you|much appreciated|cheers)\b/i],
  [
    'leave',
    /\b(?:good ?bye|bye|see you|farewell|good night|take care|i (?:have|need|must) (?:to )?(?:go|leave) now)\b/i,
  ],
  ['apologise', /^(?:i(?:'m| am) )?(?:so |very )?sorry\b/i],
  [
    'agree',
    /^(?:yes|yeah|yep|sure|of course|ok(?:ay)?|right|exactly|great|fine|good|all right|alright|i see|really)[.!?]*$/i,
  ],
  ['disagree', /^(?:no|nope|not really|never|no thanks?)[.!]*$/i],
];
const chinese: readonly [Intent, RegExp][] = [
  ['sayThis', /^(?:请)?跟我(?:说|念|读)[：:，, ]*(.+)$/u],
  ['repeat', /再说一(?:遍|次)|重复一(?:遍|下)|你(?:刚才|刚刚)?说(?:的是)?(?:了)?什么/u],
  [
    'theirName',
    /我(?:的名字)?(?:叫|是)(?:什么|啥)|我的名字是|我是谁|记得我(?:的名字|叫什么|是谁)/u,
  ],
  [
    'whatISaid',
    /我(?:刚才|刚刚|之前)?(?:说|问|讲|告诉你)(?:了|的是|过)?(?:什么|啥)|我刚才说的|我的上一个问题/u,
  ],
  ['areYouReal', /你是(?:不是)?(?:一?个)?(?:真人|机器人|人工智能|AI|ai|程序|语言模型|真的)/u],
  ['yourName', /你(?:叫|的名字(?:是|叫)?)(?:什么|啥)|怎么称呼|你的名字/u],
  ['whoAreYou', /你是谁|你是什么人|介绍一?下?(?:你)?自己/u],
  ['aboutYou', /(?:说说|讲讲|谈谈|聊聊)(?:你自己|你的(?:故事|经历|生活))|你的故事/u],
  ['howAreYou', /你(?:最近|今天)?(?:好吗|怎么样|过得)|最近(?:好吗|怎么样)/u],
  ['whatCanYouDo', /你(?:能|会|可以)(?:做|干|聊)(?:些|点)?什么|(?:能|可以)聊(?:些|点)?什么/u],
  ['aboutMe', /你(?:知道|记得|了解)我(?:的)?(?:什么|哪些)/u],
  ['surroundings', /(?:看到|看见)(?:了)?什么|周围有什么|这是(?:哪里|哪儿|什么地方)|我们在哪/u],
  ['situation', /(?:发生|出)(?:了)?什么|几点|现在怎么样/u],
  ['more', /^(?:继续|然后呢|还有呢|接着说|再说说|后来呢)/u],
  ['thank', /谢谢|多谢|感谢/u],
  ['leave', /再见|拜拜|晚安|下次见|我(?:要|得)走了/u],
  ['apologise', /对不起|抱歉|不好意思/u],
  ['agree', /^(?:是的?|好的?|对|嗯+|行|可以|没错|当然)[。！!]*$/u],
  ['disagree', /^(?:不是?|不好|没有|不要|不行)[。！!]*$/u],
  ['greet', /^(?:你好|您好|嗨|哈[喽啰]|早上好|早安|下午好|晚上好|大家好)/u],
];

const greeting =
  /^(?:oh[, ]+)?(hello|hi|hey|good (?:morning|afternoon|evening|day)|greetings|howdy|welcome)(?: there| again| everyone| my (?:dear )?friend)*\b[\s,.!]*/i;
/** What people add to a greeting and expect no other answer to. */
const pleasantry =
  /^(?:it(?:'s| is) )?(?:(?:so |very )?(?:nice|good|great|lovely)|a pleasure|pleased) to (?:meet|see) you(?: (?:again|too|today|here|all))*[\s,.!]*/i;

/** @property rest what is left to be answered after a greeting; the words to say for `sayThis` */
export type Meaning = { intent: Intent | undefined; greeted: string | undefined; rest: string };

export function meaningOf(text: string): Meaning {
  const trimmed = text.trim();
  if (isHan(trimmed)) return meaningIn(chinese, trimmed, undefined);
  const [hello, greeted] = greeting.exec(trimmed) ?? [];
  const rest = trimmed
    .slice(hello?.length ?? 0)
    .replace(pleasantry, '')
    .trim();
  if (rest === '') return { intent: 'greet', greeted: greeted ?? 'hello', rest };
  return meaningIn(english, rest, greeted);
}

function meaningIn(
  table: readonly [Intent, RegExp][],
  text: string,
  greeted: string | undefined,
): Meaning {
  for (const [intent, pattern] of table) {
    const match = pattern.exec(text);
    if (match) return { intent, greeted, rest: intent === 'sayThis' ? (match[1] ?? text) : text };
  }
  return { intent: undefined, greeted, rest: text };
}
