const digits = Array.from('零一二三四五六七八九');

/** A whole number from 0 to 199 as Chinese writes and says it: 十九, 二十, 一百, 一百零五. */
export function chineseNumber(n: number): string {
  const hundreds = Math.floor(n / 100);
  const [tens, ones] = [Math.floor(n / 10) % 10, n % 10];
  if (hundreds > 0) {
    const rest = n % 100;
    if (rest === 0) return `${digits[hundreds] ?? ''}百`;
    const joint = tens === 0 ? '零' : tens === 1 ? '一' : '';
    return `${digits[hundreds] ?? ''}百${joint}${chineseNumber(rest)}`;
  }
  if (tens === 0) return digits[ones] ?? '';
  return `${tens > 1 ? (digits[tens] ?? '') : ''}十${ones > 0 ? (digits[ones] ?? '') : ''}`;
}
