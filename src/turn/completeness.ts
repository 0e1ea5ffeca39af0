/** How finished an utterance sounds, judged by its words alone. */
export type Completeness = 'complete' | 'open' | 'unfinished';

/** Ends of a sentence that promise more: nobody stops for good after these. */
const danglingEnglish = new Set(
  (
    'and or but so because although though if unless until while when where which who whose that than as like ' +
    'with without for from to of in on at by about into onto over under between through during before after ' +
    'the a an my your his her its our their this these those some any every each no ' +
    'i you he she we they is are was were am be been do does did have has had will would can could should may might must ' +
    "i'm you're we're they're it's that's i'd i'll i've let's gonna wanna please maybe also then just very really is"
  ).split(' '),
);
const fillersEnglish = new Set('um uh er erm hmm hm mm well like so'.split(' '));
/** Phrases that announce what is yet to come. */
const openingEnglish =
  /\b(?:i (?:want|need|would like|'d like|was|am|think|mean|guess) (?:to|that|going to)?|you know|kind of|sort of|for example|such as|let me see|the thing is|going to|want to|have to|need to|able to|supposed to|used to|as well as|because of|instead of|a lot of|one of|number is|code is|address is)$/;
const danglingChinese =
  /(?:和|跟|与|或者|还是|但是|可是|不过|因为|所以|如果|要是|虽然|然后|而且|就是|那个|这个|的话|关于|对于|比如|例如|除了|以及|我想|我要|我觉得|我认为|能不能|可不可以|是不是|请问|把|被|给|让|向|往|从|在|为了|嗯|呃|啊这)$/u;

const numberWord =
  /^(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple)$/;
const chineseDigits = /[零〇一二三四五六七八九十百千幺两\d]{2,}$/u;

/** Answers that are whole although they are short. */
const wholeShort = new Set(
  (
    'yes no yeah yep nope sure okay ok right thanks hello hi hey goodbye bye stop wait never always maybe exactly ' +
    'correct great fine nothing everything today tomorrow yesterday now later here there both neither'
  ).split(' '),
);

/**
 * Judges from the words whether the speaker is likely to go on. English and Chinese are known; other languages are
 * judged by their punctuation alone.
 * @param text the transcript so far, with the recogniser's punctuation where it gives any
 */
export function completeness(text: string): Completeness {
  const trimmed = text.trim();
  if (trimmed === '') return 'open';
  if (/(?:\.{3}|…|[,，、:：;；—-])$/u.test(trimmed)) return 'unfinished';
  const bare = trimmed.replace(/[.!?。！？"'”’)\]]+$/u, '');
  const ended = bare.length < trimmed.length;
  if (/\p{Script=Han}/u.test(bare)) return chinese(bare, ended);
  // Recognisers put a full stop after anything, but a question mark only after a question.
  if (trimmed.endsWith('?') && bare.includes(' ')) return 'complete';
  return english(bare.toLowerCase(), ended);
}

function english(text: string, ended: boolean): Completeness {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) return 'open';
  if (words.every((word) => fillersEnglish.has(word))) return 'unfinished';
  if (words.length === 1) return wholeShort.has(last) ? 'complete' : single(last, ended);
  if (['um', 'uh', 'er', 'erm'].includes(last)) return 'unfinished';
  if (isDictation(words)) return 'unfinished';
  if (danglingEnglish.has(last) && !endsWhole(words)) return 'unfinished';
  if (openingEnglish.test(words.join(' '))) return 'unfinished';
  return 'complete';
}

function single(word: string, ended: boolean): Completeness {
  if (danglingEnglish.has(word)) return 'unfinished';
  if (numberWord.test(word)) return 'open';
  return ended ? 'complete' : 'open';
}

/** Verbs and prepositions that do end sentences when they answer or ask: "yes I am", "what is it for". */
function endsWhole(words: string[]): boolean {
  const last = words.at(-1) ?? '';
  const first = words[0] ?? '';
  if (/^(?:what|who|where|which|how|whose|when|why)$/.test(first)) {
    return /^(?:for|from|to|of|in|on|at|about|with|like|is|are|was|were|do|does|did|this|that|these|those|it)$/.test(
      last,
    );
  }
  if (
    /^(?:this|that|these|those|please|you|so|then|too|there|maybe|also|just|really)$/.test(last)
  ) {
    return words.length >= 2 && !/^(?:and|or|but|because|if|with|to|of)$/.test(words.at(-2) ?? '');
  }
  const answer =
    /^(?:am|is|are|was|were|do|does|did|have|has|had|will|would|can|could|should|might|must)$/;
  return (
    answer.test(last) &&
    words.length <= 4 &&
    /^(?:yes|no|yeah|i|we|you|he|she|it|they|so)$/.test(first)
  );
}

/** Three or more numbers at the end: a code, a telephone number. More digits may come. */
function isDictation(words: string[]): boolean {
  let numbers = 0;
  while (numbers < words.length && numberWord.test(words[words.length - 1 - numbers] ?? ''))
    numbers++;
  return numbers >= 3 || (numbers >= 1 && numbers === words.length);
}

function chinese(text: string, ended: boolean): Completeness {
  if (danglingChinese.test(text)) return 'unfinished';
  if (chineseDigits.test(text)) return 'unfinished';
  if (/[吗呢吧了啊呀嘛的么好对是行]$/u.test(text)) return 'complete';
  return ended || text.length >= 4 ? 'complete' : 'open';
}
