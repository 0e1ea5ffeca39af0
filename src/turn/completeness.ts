/**
 * How finished an utterance sounds, judged by its words alone:
 * - complete: a question, a request, a short answer: what people say and then wait
 * - statement: a whole sentence, to which people often add something
 * - open: nothing speaks for or against an end
 * - enumerating: groups of a number, or things in a row, of which more may come
 * - unfinished: "I want to, um": the speaker is searching for words
 */
export type Completeness = 'complete' | 'statement' | 'open' | 'enumerating' | 'unfinished';
