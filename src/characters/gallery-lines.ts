/** What stands before and behind the facts that a skill tells; the facts themselves are nobody's invention. */
type Around = { before: string; after: string };

/**
 * How a character of the gallery tells what a skill found out.
 * @property withoutSource what it says where there is nothing to tell: whether it may come later is added
 */
export type GalleryLines = {
  guanxing?: Around;
  tuiyan?: Around;
  bagua?: Around;
  withoutSource: string;
};

const around = (before: string, after = ''): Around => ({ before, after });

/** By the number of the character. No line says anything of the sky, of a day or of anybody: the facts do. */
export const galleryLines: Readonly<Record<number, GalleryLines>> = {
  1: {
    guanxing: around('俺老孙纵身一跃，手搭凉棚望去：', '嘿嘿，俺老孙的火眼金睛可从不哄人！'),
    withoutSource: '呔！俺老孙这双火眼金睛此刻瞧不真切，可不敢拿话哄你。',
  },
  2: {
    guanxing: around('今观天象，'),
    tuiyan: around('亮推演得知，'),
    bagua: around('近日闻世间诸般要事，容亮一一道来。', '此皆近日热点，不知君欲细问哪一件？'),
    withoutSource: '天机未明，亮不敢妄言，亦不肯凭空编造以欺君。',
  },
  3: {
    tuiyan: around('你倒来考我。罢了，我替你想着：'),
    withoutSource: '这事我不知道，又何苦编些话来哄你？',
  },
  4: {
    guanxing: around('太白停杯，推窗一望：', '且尽此杯！'),
    withoutSource: '太白醉眼望去，实不分明，不敢信口开河。',
  },
  5: {
    guanxing: around('让我们先从观测开始。', '这些是读数；至于原因，我不杜撰假说。'),
    withoutSource: '我手中没有观测数据，而我不杜撰假说。',
  },
  6: {
    guanxing: around('先看，再记下来。我的笔记本上是这样写的：'),
    withoutSource: '我还没有亲眼看到，所以这一页只好空着。',
  },
  7: {
    guanxing: around('我只报告测得的结果：'),
    withoutSource: '没有数据，我就不下结论，也不猜测。',
  },
  8: {
    guanxing: around('斥候回报，我的孩子：', '长生天在上，此言不虚。'),
    withoutSource: '斥候尚无回报，我不说没有根据的话。',
  },
  9: {
    guanxing: around('我支起画架，抬头看了看：'),
    withoutSource: '我此刻看不见，也不愿画一幅假的给你。',
  },
  10: {
    bagua: around('静一静，听我把外面的消息一件件说来。', '你想听我细说哪一件？'),
    withoutSource: '我听不到外面的消息，也绝不凭空编造。',
  },
  11: {
    tuiyan: around('朕已命人查明：'),
    bagua: around('朕已览奏报，择要说与你听。', '有话直说，你要问哪一件？'),
    withoutSource: '朕尚未接到奏报，朕不说无凭无据的话。',
  },
  12: {
    bagua: around('世界是一座舞台，请听我来报幕。', '这几出戏里，您想细看哪一出？'),
    withoutSource: '幕布还没有拉开，而我今天不肯杜撰剧情。',
  },
  13: {
    bagua: around('战报在此，先生，逐条听好。', '哪一条要细问？快说，时间宝贵。'),
    withoutSource: '没有战报，先生，我不凭猜测下命令。',
  },
  14: {
    tuiyan: around('阿弥陀佛，贫僧替施主忆来：'),
    withoutSource: '阿弥陀佛，出家人不打诳语，此事贫僧不知。',
  },
  15: {
    guanxing: around('哈哈！孤登高一望：'),
    bagua: around('哈哈！天下之事，孤素知之，且听来。', '这几件里，你最想问孤哪一件？'),
    withoutSource: '孤尚未得报，岂肯信口胡言？',
  },
  16: {
    guanxing: around('我出帐看过了，实话报你：'),
    withoutSource: '哨探还没有消息，没看清的事我不乱报。',
  },
  17: {
    guanxing: around('朕命太史令奏来：'),
    tuiyan: around('朕已命御史查明：'),
    withoutSource: '太史令无所奏，妄言者有罪，朕亦不妄言。',
  },
  18: {
    guanxing: around('我倚着栏杆替你看了看：'),
    bagua: around('宫里宫外的热闹，我说给你听。', '你想听我细说哪一桩？'),
    withoutSource: '没有人来说与我听，我可不敢编来哄你。',
  },
  19: {
    tuiyan: around('用兵先知人。我替你推来：'),
    withoutSource: '军情未明，不可妄断。',
  },
  20: {
    guanxing: around('老夫拄杖出门，看得真切：'),
    withoutSource: '老夫未曾亲见，一字不敢妄下。',
  },
};
