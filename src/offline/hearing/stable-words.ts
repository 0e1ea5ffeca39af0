/**
 * Of hypotheses that change with every piece of sound, the words that will not: those which two in a row have in
 * common, without the last, which the next sound may still make another word. Words once told are never taken back.
 */
export class StableWords {
  #before: string[] = [];
  #told: string[] = [];

  /** @returns the words to add to those told before, with the space in front of them; empty when there are none */
  next(hypothesis: string): string {
    const words = hypothesis.split(' ').filter((word) => word !== '');
    const before = this.#before;
    this.#before = words;
    let same = 0;
    while (same < words.length - 1 && words[same] === before[same]) same++;
    const agrees = this.#told.every((word, at) => word === words[at]);
    if (!agrees || same <= this.#told.length) return '';
    const added = words.slice(this.#told.length, same);
    const isFirst = this.#told.length === 0;
    this.#told = words.slice(0, same);
    return (isFirst ? '' : ' ') + added.join(' ');
  }
}
