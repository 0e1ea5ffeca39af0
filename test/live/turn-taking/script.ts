/** What is tried, in the order of the report. */
export const categories = [
  'short answers',
  'long sentences',
  'pauses after unfinished words',
  'pauses after words that could be all',
  'fillers',
  'dictated numbers',
  'lists',
  'trailing conjunctions',
  'hesitant starts',
  'noise behind the speech',
  'backchannels over the answer',
  'noises over the answer',
  'short interruptions',
  'long interruptions',
  'noises in silence',
] as const;
export type Category = (typeof categories)[number];
export type Language = 'en' | 'zh';
/** What may sound behind a voice, from before its first word until after its last. */
export type Backdrop = 'music' | 'keyboard' | 'secondVoice' | 'hiss';

/**
 * What should become of it:
 * - answer: the character answers once the last word is spoken
 * - goOn: it is heard over the character's voice, which goes on from the very sample
 * - interrupt: it is heard over the character's voice, which stops for good; the words are answered
 * - nothing: nobody spoke, nobody is answered
 */
type Expected = 'answer' | 'goOn' | 'interrupt' | 'nothing';

/**
 * One utterance in words. `{700}` is a silence of 700 ms, `<cough>` a noise, everything else is spoken with the
 * punctuation of a careful writer; the turn ends with the last spoken word.
 */
export type Script = {
  id: string;
  category: Category;
  language: Language;
  says: string;
  expected: Expected;
  behind?: Backdrop;
};

const expectations: Partial<Record<Category, Expected>> = {
  'backchannels over the answer': 'goOn',
  'noises over the answer': 'goOn',
  'short interruptions': 'interrupt',
  'long interruptions': 'interrupt',
  'noises in silence': 'nothing',
};

/** @param lines by category; `music| ` before the words puts that behind them */
export function scripts(
  language: Language,
  lines: Partial<Record<Category, readonly string[]>>,
): Script[] {
  return categories.flatMap((category) =>
    (lines[category] ?? []).map((line, index) => {
      const [, behind, says = ''] =
        /^(?:(music|keyboard|secondVoice|hiss)\| )?(.*)$/su.exec(line) ?? [];
      return {
        id: `${language} ${category} ${index + 1}`,
        category,
        language,
        says,
        expected: expectations[category] ?? 'answer',
        ...(isBackdrop(behind) && { behind }),
      };
    }),
  );
}

function isBackdrop(text: string | undefined): text is Backdrop {
  return text === 'music' || text === 'keyboard' || text === 'secondVoice' || text === 'hiss';
}
