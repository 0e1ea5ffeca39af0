import type { Completeness } from './completeness.ts';

/** Ends that promise more: conjunctions, prepositions, adverbs, and words that announce what is yet to come. */
const dangling = new RegExp(
  `(?:${[
    '和|跟|与|或者|还是|但是|可是|不过|因为|所以|如果|要是|虽然|然后|而且|就是|的话|以及|还有|只要|只有|无论|不管|即使|尽管|既然|万一|不但|不仅',
    '关于|对于|比如|例如|除了|包括|通过|根据|首先|其次|另外|最后|总之|特别是|尤其是|按照|随着',
    '我想|我要|能不能|可不可以|是不是|请问|觉得|认为|以为|希望|打算|准备|应该|必须|可能|本来|其实|一切都要',
    '把|被|给|让|向|往|从|在|为了|比|像|离|当|由|再|也|都|又|更|最|非常|特别|比较|正在|已经|一直|刚刚',
    '(?:[我你他她它们人])说|[放走来回送去跑搬写讲传带]到',
    '怎么说呢|怎么讲|让我想想|我想想|想一想|嗯|呃|啊这',
  ].join('|')})$`,
  'u',
);
/** A time, a place, or a question word alone: what of it comes next, unless it is an answer. */
const topic =
  /(?:的时候|之前|以前|之后|以后)$|^(?:什么|怎么|为什么|谁|哪里|昨天|今天|明天|现在|刚才|上次|那天|有一天|告诉我|大家)$/u;
/** "国王来的": the thing may follow. "是他买的", "红色的" are whole. */
const described = /^(?!.*是).{4,}的$/u;
/** "那个", "一个": the thing itself is missing, unless a verb or "是" says that it is this very one. */
const measured = /(?:[这那哪一两几][个只条把张件位本块种些]|这|那)$/u;
const pointed =
  /(?:是|要|喜欢|买|拿|看|选|问的|说的)[这那][个只条把张件位本块种些]$|(?:要|来|给我)[一两几][个份杯]$/u;
/** "我最喜欢的颜色是": what it is comes next. "不是", "他也是" are whole. */
const naming = /[^\s不也都就才可正要还总但只算于]是$/u;
/** Pronouns alone are a false start. */
const falseStart = /^(?:我|你|他|她|它|我们|你们|他们|咱们|这|那|这个|那个|所以|就)$/u;

const whole =
  /^(?:是|是的|不是|对|对的|不对|好|好的|行|可以|不行|没有|没事|没关系|不用|不用了|不要|谢谢|你好|再见|停|等等|等一下|停一下|别说了)$/u;
const questions =
  /(?:[吗呢么]|什么|怎么|哪|谁|几|多少|为什么|为何|能不能|可不可以|是不是|有没有|好不好|行不行|知不知道)/u;
const requests = /^(?:请|帮|给我|告诉|别|不要|让我|麻烦|来|停|等|讲|说|打开|关)/u;
/** "我要苹果": often the first of several things. */
const announcing =
  /^(?:我|我们|你|他们)(?:还)?(?:要|有|买了|带了|需要|看见了)\p{Script=Han}{1,4}$/u;
const closed = /[吧了啊呀嘛的好对行]$/u;

/** @param text without the marks at its end */
export function chineseCompleteness(text: string): Completeness {
  const compact = text.replace(/\s+/gu, '');
  if (whole.test(compact)) return 'complete';
  if (falseStart.test(compact) || naming.test(compact)) return 'unfinished';
  if (pointed.test(compact) || topic.test(compact)) return 'open';
  if (dangling.test(compact) || measured.test(compact)) return 'unfinished';
  if (isUnclosedRow(compact)) return 'enumerating';
  if (described.test(compact)) return 'open';
  if (questions.test(compact) || requests.test(compact)) return 'complete';
  if (closed.test(compact) && compact.length <= 4) return 'complete';
  if (announcing.test(compact)) return 'open';
  return compact.length >= 4 || closed.test(compact) ? 'statement' : 'open';
}

/** "苹果、香蕉": things in a row of which none was called the last. */
function isUnclosedRow(text: string): boolean {
  return /、[^、，]+$/u.test(text) && !/(?:和|还有|以及|跟|与|等)[^、]+$/u.test(text);
}
