import type { Completeness } from './completeness.ts';

const digitWords = /^(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)$/;
const numberWords =
  /^(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)$/;
const hanDigits = /[零〇一二三四五六七八九幺\d]+$/u;

/**
 * Numbers that are told digit by digit, and how many digits they have: the last length is surely whole, an earlier
 * one may be. Lengths: North American and Chinese telephone numbers, cards (ISO/IEC 7812), postcodes, usual codes.
 */
const numbers: readonly { said: RegExp; digits: readonly number[] }[] = [
  { said: /\bcard\b|卡号/u, digits: [16] },
  {
    said: /\b(?:serial|account|order|booking|reference|tracking)\b|订单|账号/u,
    digits: [Infinity],
  },
  { said: /电话|手机/u, digits: [8, 11] },
  { said: /\b(?:zip|postcode|post code)\b/u, digits: [5] },
  { said: /邮编|邮政编码/u, digits: [6] },
  { said: /\b(?:code|pin|password|passcode)\b|密码|验证码/u, digits: [4, 6] },
  { said: /\b(?:phone|mobile|cell|call|dial|reach|telephone|number)\b|号码/u, digits: [7, 10] },
  { said: /\b(?:room|extension)\b|[^\s\d几]号是/u, digits: [3, 4] },
];

/**
 * How finished a number is that ends the utterance; undefined when there is none, or when it is just a quantity:
 * "it costs twenty coins", "in 1984".
 * @param text lower case, without the marks at its end
 */
export function dictation(text: string): Completeness | undefined {
  const { digits, spelled, before } = trailingDigits(text);
  if (digits === 0) return undefined;
  const known = numbers.find(({ said }) => said.test(before));
  if (known) {
    if (digits >= (known.digits.at(-1) ?? 0)) return 'complete';
    return known.digits.includes(digits) ? 'open' : 'enumerating';
  }
  if (/\b(?:in|since|until|year|before|after|at|by)\s*$/.test(before) && digits <= 4 && !spelled)
    return undefined;
  if (before === '') return digits >= (spelled ? 2 : 3) ? 'enumerating' : undefined;
  return digits >= 3 ? (spelled ? 'enumerating' : 'open') : undefined;
}

/** @returns how many digits the text ends in, whether they were said one by one, and what comes before them */
function trailingDigits(text: string): { digits: number; spelled: boolean; before: string } {
  if (/\p{Script=Han}/u.test(text)) {
    const run = hanDigits.exec(text.replace(/[\s-]+/gu, ''))?.[0] ?? '';
    const before = text.replace(/[\s-]+/gu, '').slice(0, -run.length || undefined);
    // "第一", "星期三": one digit alone is seldom dictated.
    return { digits: run.length, spelled: !/^\d+$/.test(run) || run.length > 4, before };
  }
  const words = text.split(/[\s,-]+/).filter((word) => word !== '');
  let digits = 0;
  let spelled = false;
  let from = words.length;
  while (from > 0) {
    const word = words[from - 1] ?? '';
    if (digitWords.test(word)) spelled ||= !numberWords.test(words[from - 2] ?? '');
    else if (!numberWords.test(word) && !/^\d+$/.test(word)) break;
    digits += /^\d+$/.test(word) ? word.length : 1;
    from--;
  }
  return { digits, spelled, before: words.slice(0, from).join(' ') };
}
