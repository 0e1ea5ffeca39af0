import type { Turn } from './turn.ts';

/**
 * Who has the floor when the application reports something.
 * - idle: nobody
 * - user: the user speaks, or may go on after a pause
 * - thinking: an answer is on its way and nothing of it was heard
 * - line: fixed words are on their way and nothing of them was heard
 * - speaking: the character is being heard
 */
export type Floor = 'idle' | 'user' | 'thinking' | 'line' | 'speaking';

/** How much the application wants the character to speak about it: `run_llm`, or a respond mode. */
export type Wish = 'never' | 'whenIdle' | 'always';

/**
 * - none: nothing is said; the next prompt has it all the same
 * - now: it is spoken about
 * - cut: what is running ends, then it is spoken about
 * - later: when the floor is free, unless an answer to the user came first and so took it in
 */
export type Reaction = 'none' | 'now' | 'cut' | 'later';

/** @param isFixed whether the running answer has fixed words. @param isHeard whether anything of it was heard */
export function floorOf(turn: Turn, isFixed: boolean, isHeard: boolean): Floor {
  switch (turn.state) {
    case 'listening':
      return 'idle';
    case 'hearing':
    case 'pausing':
    case 'yielding':
    case 'trailing':
      return 'user';
    case 'replying':
      if (isHeard) return 'speaking';
      return isFixed ? 'line' : 'thinking';
  }
}

/** Source: Convai docs, live-apis-beta/server-to-client-messages.md ("About the message field") and vision-trigger. */
export function reactionTo(wish: Wish, floor: Floor): Reaction {
  switch (wish) {
    case 'never':
      return 'none';
    case 'whenIdle':
      return floor === 'idle' ? 'now' : 'none';
    case 'always':
      switch (floor) {
        case 'idle':
          return 'now';
        case 'user':
        case 'line': // cut before its first word, it would be lost
          return 'later';
        case 'thinking':
        case 'speaking':
          return 'cut';
      }
  }
}
