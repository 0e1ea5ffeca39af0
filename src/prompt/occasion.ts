import { quoted } from './told.ts';

/** Something the application reports that the character is to speak about, though its user said nothing. */
export type Occasion = {
  /** In the application's words; empty where the rest of the prompt says it all. */
  text: string;
  /** Whether silence is an answer, too. */
  mayAbstain: boolean;
  /** It is to look at what it is shown; `text` is what it is to look for. */
  looks?: boolean;
};

/** What a model writes instead of an answer. Source: Convai docs, response-contract-and-parsing.md. */
const abstention = '[ABSTAIN]';
const mostChars = 4_000;

const opening = '(Nobody spoke. ';
const looking = 'Look at what you are shown, with this in mind:';

/** The last message of a prompt that has no words of the user to answer. */
export function occasionNote({ text, mayAbstain, looks }: Occasion): string {
  const report =
    text.trim() === ''
      ? 'What you know has just changed.'
      : `${looks ? looking : 'The application reports what just happened:'}\n${quoted(text.slice(-mostChars))}`;
  const wish = mayAbstain
    ? `If it makes you say something to your listener, say it; otherwise answer with ${abstention} alone.`
    : 'Say to your listener what it makes you say.';
  return `${opening}${report}\n${wish})`;
}

/** After an abstention where the application wants to hear something. */
export const insistence = '(Silence is no answer to this. Say something short.)';

/** Reads such a note again, for a provider that is no model. @returns undefined for what a user says */
export function occasionIn(message: string): Occasion | undefined {
  if (!message.startsWith(opening)) return undefined;
  const quotations = message.split('\n').filter((line) => line.startsWith('>'));
  const text = quotations.map((line) => line.replace(/^> ?/, '')).join('\n');
  const looks = message.startsWith(opening + looking);
  return { text, mayAbstain: message.endsWith(`${abstention} alone.)`), looks };
}

/** Both at once: what was to be said to the first had not been heard when the second came. */
export function bothOf(first: Occasion | undefined, second: Occasion): Occasion {
  if (!first) return second;
  const text = [first.text, second.text].filter((part) => part !== '').join('\n');
  const looks = (first.looks ?? false) || (second.looks ?? false);
  return { text, mayAbstain: first.mayAbstain && second.mayAbstain, ...(looks && { looks }) };
}
