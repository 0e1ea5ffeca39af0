import type { Glance } from '../sight/glance.ts';
import type { Situation } from './situation.ts';

const looking =
  /\b(?:what (?:can|do) you see|see (?:this|that|it|me|anything)|look(?:s|ing)? (?:at|like|here|around)|what(?:'s| is) (?:this|that|around|here|in front)|colou?rs?|camera|(?:my|the|on) screen|show(?:ing)? you|describe (?:this|that|it|what|the))\b|看[到见得]|看看|什么颜色|镜头|屏幕|画面|给你看/i;

/** Whether somebody who shows something asks about it. */
export function asksToLook(said: string): boolean {
  return looking.test(said);
}

export function whatISee({ phrases }: Situation, seen: Glance | undefined): string {
  return phrases.iLookAt(seen);
}
