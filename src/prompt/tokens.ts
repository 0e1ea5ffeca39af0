/**
 * An estimate of a text's tokens that errs on the high side, without any model's vocabulary: four letters of Latin
 * script or one character of Chinese, Japanese or Korean make about one.
 */
export function estimateTokens(text: string): number {
  const wide =
    text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)
      ?.length ?? 0;
  return wide + Math.ceil((text.length - wide) / 3.5) + 4;
}
