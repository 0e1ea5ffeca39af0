import type { Completeness } from './completeness.ts';

const listed = (words: string) => new Set(words.split(' '));

/** Ends of a sentence that promise more: nobody stops for good after these. */
const dangling = listed(
  'and or but so because although though if unless until while when where which who whose that than as like ' +
    'with without for from to of in on at by about into onto over under between through during before after against ' +
    'among behind beside beyond near toward towards upon within except since unlike via plus whether nor whereas ' +
    'the a an my your his her its our their this these those some any every each no ' +
    'i you he she we they is are was were am be been do does did have has had will would can could should may might must ' +
    "i'm you're we're they're it's that's i'd i'll i've let's gonna wanna please maybe also then just very really",
);
const fillers = listed('um uh er erm hmm hm mm well like so');
/** Phrases that announce what is yet to come. */
const opening =
  /\b(?:i (?:want|need|would like|'d like|was|am|think|mean|guess) (?:to|that|going to)?|you know|i mean|i guess|let us|to be honest|by the way|in fact|kind of|sort of|for example|such as|let me see|let me think|the thing is|going to|want to|have to|need to|able to|supposed to|used to|as well as|because of|instead of|a lot of|one of|number is|code is|address is|(?:first|second|third|last) is|(?:say|said|says|think|thought|know|knew|believe|hope|mean|is|was) that)$/;

/** Answers and orders that are whole although they are a single word. */
const wholeWords = listed(
  'yes no yeah yep nope sure okay ok right thanks hello hi hey goodbye bye stop wait never always maybe exactly ' +
    'correct great fine nothing everything today tomorrow yesterday now later here there both neither',
);
/** "Hold on", "come in", "turn it off": the little word belongs to the verb. */
const phrasal =
  /\b(?:hold|go|come|carry|move|keep|hang|turn|switch|put|log|sign|sit|stand|lie|get|give|walk|look|calm|slow|shut|wake|watch|what's|is)(?: (?:it|that|them|this|me|the \w+))? (?:on|in|over|by|about|through|under)$/;
const answers = /^(?:yes|yeah|yep|no|nope|sure|okay|ok|thanks|thank)\b/;
/** "I have a question", "we need rope": often the first of several things. */
const announcing =
  /^(?:i|we|you|they) (?:also )?(?:need|have|want|got|bought|brought|took|packed|saw)(?: [\w-]+){1,2}$/;
const questions =
  /^(?:(?:and|so|but|okay|ok|well|sorry|excuse me|please|then|now|hey|hello|hi|right),? )*(?:what|who|whom|whose|where|which|when|why|how|is|are|was|were|am|do|does|did|have|has|had|will|would|can|could|should|shall|may|might|must|isn't|aren't|wasn't|don't|doesn't|didn't|haven't|won't|wouldn't|can't|couldn't|shouldn't|what's|who's|where's|how's)\b/;
const requests =
  /^(?:(?:and|so|but|okay|ok|well|sorry|excuse me|please|then|now|no|yes|hey),? )*(?:please|tell|show|give|open|close|bring|take|make|let|let's|stop|wait|go|come|help|explain|describe|sing|read|play|turn|put|say|repeat|look|follow|wake|be|don't|never|try|talk|start|begin|leave|find|get|call|send|shut)\b/;

/** @param text lower case, without the marks at its end. @param ended whether there were any */
export function englishCompleteness(text: string, ended: boolean): Completeness {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) return 'open';
  if (words.every((word) => fillers.has(word))) return 'unfinished';
  if (words.length === 1) return single(last, ended);
  if (/^(?:um|uh|er|erm)$/.test(last)) return 'unfinished';
  const joined = words.join(' ');
  if (phrasal.test(joined)) return 'complete';
  if (shortAnswer.test(joined)) return 'open';
  if (dangling.has(last) && !endsWhole(words)) return 'unfinished';
  if (opening.test(joined) || adverbial.test(joined)) return 'unfinished';
  const row = unclosedRow(text);
  if (row !== undefined) return row;
  if (words.length <= 4 && answers.test(joined)) return 'complete';
  if (nounAlone.test(joined) || indirect.test(joined)) return 'open';
  if (words.length === 2 || questions.test(joined) || requests.test(joined)) return 'complete';
  return announcing.test(joined) ? 'open' : 'statement';
}

function single(word: string, ended: boolean): Completeness {
  if (/^(?:what|who|where|when|why|how)$/.test(word)) return 'open';
  if (wholeWords.has(word)) return 'complete';
  if (dangling.has(word)) return 'unfinished';
  return ended ? 'statement' : 'open';
}

const auxiliary =
  /^(?:am|is|are|was|were|do|does|did|have|has|had|will|would|can|could|should|might|must)$/;
/** "I am", "they do": an answer, or the beginning of a sentence. */
const shortAnswer =
  /^(?:i|we|you|he|she|it|they) (?:am|is|are|do|does|did|have|has|will|can|think so)$/;
/** "I always", "he still": what they do comes next. */
const adverbial =
  /^(?:i|we|you|he|she|it|they) (?:\w+ )?(?:always|never|often|usually|sometimes|only|still|already|almost|even|actually|suddenly|not)$/;
/** "My brother", "the king": what he does comes next, unless it is an answer. */
const nounAlone = /^(?:the|a|an|my|your|his|her|our|their|this|that|these|those) [\w'-]+$/;
/** "Tell me", "show him": what? */
const indirect =
  /\b(?:tell|show|give|teach|bring|send|ask|told|gave|showed) (?:me|us|him|her|them|you)$/;

/** Verbs and prepositions that do end sentences when they answer or ask: "yes I am", "what is it for". */
function endsWhole(words: string[]): boolean {
  const last = words.at(-1) ?? '';
  const first = words[0] ?? '';
  const before = words.at(-2) ?? '';
  if (/^(?:what|who|where|which|how|whose|when|why)$/.test(first)) {
    return /^(?:for|from|to|of|in|on|at|about|with|like|is|are|was|were|do|does|did|this|that|these|those|it|you)$/.test(
      last,
    );
  }
  if (/^(?:this|that|these|those|please|you|then|there|maybe|also|just|really|so)$/.test(last)) {
    if (/^(?:and|or|but|because|if|with|to|of)$/.test(before)) return false;
    return last !== 'you' || !/^(?:would|could|can|will|did|do|are|should)$/.test(before);
  }
  return answers.test(first) && words.length <= 4 && auxiliary.test(last);
}

const counted = '(?:a|an|some|two|three|four|five|six|my|your|his|her) [\\w-]+(?: [\\w-]+)?';
/** "A rope, a lamp", "a rope a lamp". */
const countedRow = new RegExp(`\\b${counted},? ${counted}$`);
/** "Red, green, blue". */
const longRow = /(?:, (?:[\w-]+ )?[\w-]+){2,}$/;
/** "To Paris, London": perhaps a row, perhaps somebody's name. */
const shortRow =
  /^(?!(?:yes|no|yeah|okay|ok|well|sorry|please|hello|hi|hey|oh|so|but|and)\b)\w+ \w+.*, [\w-]+$/;
const afterthought =
  /\b(?:and|or|please|thanks|thank you|too|though|then|right|okay|yes|no|sir|madam|here|there|today|tomorrow|now|maybe|actually|really|again)\b/;

/** Things in a row of which none was called the last by an "and". */
function unclosedRow(text: string): Completeness | undefined {
  const tail = text.slice(text.indexOf(',') + 1);
  if (afterthought.test(tail)) return undefined;
  if (countedRow.test(text) || longRow.test(text)) return 'enumerating';
  return shortRow.test(text) ? 'open' : undefined;
}
