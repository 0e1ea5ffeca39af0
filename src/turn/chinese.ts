import type { Completeness } from './completeness.ts';

/** Ends that promise more: conjunctions, prepositions, adverbs, and words that announce what is yet to come. */
const dangling =
  /(?:和|跟|与|或者|还是|但是|可是|不过|因为|所以|如果|要是|虽然|然后|而且|就是|的话|关于|对于|比如|例如|除了|以及|还有|我想|我要|我觉得|我认为|我一直|能不能|可不可以|是不是|请问|把|被|给|让|向|往|从|在|为了|再|也|都|又|更|最|非常|特别|比较|正在|已经|一直|刚刚|怎么说呢|怎么讲|让我想想|我想想|想一想|嗯|呃|啊这)$/u;
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
  if (pointed.test(compact)) return 'open';
  if (dangling.test(compact) || measured.test(compact)) return 'unfinished';
  if (isUnclosedRow(compact)) return 'enumerating';
  if (questions.test(compact) || requests.test(compact)) return 'complete';
  if (closed.test(compact) && compact.length <= 4) return 'complete';
  if (announcing.test(compact)) return 'open';
  return compact.length >= 4 || closed.test(compact) ? 'statement' : 'open';
}

/** "苹果、香蕉": things in a row of which none was called the last. */
function isUnclosedRow(text: string): boolean {
  return /、[^、，]+$/u.test(text) && !/(?:和|还有|以及|跟|与|等)[^、]+$/u.test(text);
}
