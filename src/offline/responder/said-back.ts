import { endsHere, takesObject, tokensOf, wordBefore } from './tokens.ts';
import { isHan } from './words.ts';

/** Says back what somebody said of themselves and of us: "my dog likes you" becomes "your dog likes me". */
export function saidBack(statement: string): string {
  if (isHan(statement)) return statement.replace(/[我你]/g, (who) => (who === '我' ? '你' : '我'));
  const tokens = tokensOf(statement);
  return tokens
    .map((token, i) => {
      const before = wordBefore(tokens, i);
      switch (token.toLowerCase()) {
        case 'i':
          return 'you';
        case "i'm":
          return 'you are';
        case "i've":
          return 'you have';
        case "i'll":
          return 'you will';
        case "i'd":
          return 'you would';
        case 'am':
          return 'are';
        case 'was':
          return before === 'i' ? 'were' : token;
        case 'my':
          return 'your';
        case 'me':
          return 'you';
        case 'mine':
          return 'yours';
        case 'myself':
          return 'yourself';
        case 'we':
          return 'you';
        case 'our':
          return 'your';
        case 'you':
          return takesObject.has(before) || endsHere(tokens, i) ? 'me' : 'I';
        case 'your':
          return 'my';
        default:
          return token;
      }
    })
    .join('');
}

/** What is remembered of the user, said to them: "The user's dog is Rex" becomes "Your dog is Rex". */
export function addressed(memory: string): string {
  return memory
    .replace(/\bThe user's\b/g, 'Your')
    .replace(/\bthe user's\b/g, 'your')
    .replace(/\b[Tt]he user (\w+)/g, (whole, verb: string) => {
      const you = whole.startsWith('T') ? 'You' : 'you';
      return `${you} ${verbs[verb] ?? verb.replace(/(?<=(?:ss|sh|ch|x|o))es$|(?<!s)s$/, '')}`;
    });
}

const verbs: Partial<Record<string, string>> = { is: 'are', was: 'were', has: 'have' };
