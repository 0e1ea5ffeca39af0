/** What is left of an answer when the user makes a sound over it. */
export type AnswerRest = {
  /** Of its sound, in milliseconds; undefined while more of it may come. */
  leftMs: number | undefined;
  /** It ends in a question: an answer to that is expected. */
  asks: boolean;
};

/** @param text of a whole answer, as the model wrote it */
export function endsInQuestion(text: string): boolean {
  return /[?？](?:["'”’」』)\]）\s]|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0F)*$/u.test(
    text,
  );
}

/**
 * People answer a question over its last word or two, when they know how it ends: half of all turns begin so, or within
 * a fifth of a second (Stivers et al. 2009, "Universals and cultural variation in turn-taking in conversation").
 */
const lastWordsMs = 1_200;
/** So little is over before anybody could decide about it. */
const lastSyllableMs = 400;

/** Whether the question was asked but for its last words: a "yes" is an answer to it then. */
export function isNearlyAsked({ leftMs, asks }: AnswerRest): boolean {
  return asks && leftMs !== undefined && leftMs <= lastWordsMs;
}

/** Whether it is as good as asked, whatever the sound over it is. */
export function isAsked({ leftMs, asks }: AnswerRest): boolean {
  return asks && leftMs !== undefined && leftMs <= lastSyllableMs;
}
