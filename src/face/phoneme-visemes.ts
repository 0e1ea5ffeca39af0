import { visemes, type Viseme } from './visemes.ts';

/** Letters of the International Phonetic Alphabet by the shape of lips, teeth and tongue that is seen. */
const letters: Readonly<Record<Viseme, string>> = {
  sil: '',
  pp: 'pbmɓʙ',
  ff: 'fvɱʋɸβⱱ',
  th: 'θð',
  dd: 'tdʈɖɗɾᶑ',
  kk: 'kɡgqɢxɣχʁcɟʛɠ',
  ch: 'ʃʒɕʑʂʐç',
  ss: 'sz',
  nn: 'nlŋɲɳɫʎɭʟɬɮ',
  rr: 'ɹrɻʀɽɺɚɝ',
  aa: 'aɑɐʌæɶ',
  e: 'eɛəɜɘ',
  ih: 'iɪjɨᵻɯɿʝ',
  oh: 'oɔɒɤɵøœ',
  ou: 'uʊwʉyʏɥʍ',
};
const shapes = new Map<string, Viseme>();
for (const viseme of visemes) for (const letter of letters[viseme]) shapes.set(letter, viseme);

/** Stops with a fricative after them are seen as that fricative. */
const affricates = /^[td](?=[ʃʒɕʑʂʐsz])/;

/**
 * The shapes that a phoneme goes through: two for a diphthong, none for sounds made in the throat ([h], a glottal
 * stop), during which the mouth already has its next shape.
 * @param ipa with or without marks of stress, length and tone
 */
export function visemesOf(ipa: string): Viseme[] {
  const plain = ipa.normalize('NFD').replace(/[^\p{L}]/gu, '');
  const seen: Viseme[] = [];
  for (const letter of plain.replace(affricates, '')) {
    const shape = shapes.get(letter);
    if (shape && shape !== seen.at(-1)) seen.push(shape);
  }
  const [first, ...others] = seen;
  const last = others.at(-1);
  if (first === undefined) return [];
  return last === undefined ? [first] : [first, last];
}
