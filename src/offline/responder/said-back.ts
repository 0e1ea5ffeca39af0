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
