/**
 * An estimate of a text's tokens that errs on the high side, without any model's vocabulary: four letters of Latin
 * script make about one, three of Cyrillic or Arabic two, each character of Chinese, Japanese, Korean, Thai or Hindi
 * one, an emoji up to three. Runs over the whole prompt of each answer, so it makes no arrays.
 */
export function estimateTokens(text: string): number {
  let latin = 0;
  let short = 0;
  let wide = 0;
  let surrogates = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x370) latin++;
    else if (unit < 0x800) short++;
    else if (unit >= 0xd800 && unit < 0xe000) surrogates++;
    else wide++;
  }
  return Math.ceil(latin / 3.5 + short / 1.5 + wide + surrogates * 1.5) + 4;
}
