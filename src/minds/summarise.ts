import type { StoredTurn, Turns } from '../chats/turns.ts';
import type { Clock } from '../lifetime/clock.ts';
import type { Afterwork, Task } from '../memory/afterwork.ts';
import type { Summaries } from '../memory/summaries.ts';
import { roomForHistory } from '../prompt/prompt.ts';
import { mostSummaryTokens, summaryMessages, summaryText } from '../prompt/summary.ts';
import { estimateTokens } from '../prompt/tokens.ts';
import type { Character } from '../protocol/character.ts';
import type { Summary } from '../protocol/recollection.ts';
import { memoryWishOf } from '../protocol/xingchen/configured.ts';
import { think, type ThinkingDeps } from './think.ts';

/** When older turns become a summary, in turns and estimated tokens that none covers yet. */
type SummaryRules = {
  /** More than this begins one; well within what the prompt has room for, so that nothing is missed meanwhile. */
  mostTokens: number;
  /** The newest that are left in their own words. */
  leftTokens: number;
  /** Read by the model at once. */
  tokensAtOnce: number;
};

/** @param budgetTokens of prompts, for persona and conversation */
function summaryRules(character: Character, budgetTokens: number): SummaryRules {
  const room = roomForHistory(character, budgetTokens) - mostSummaryTokens;
  return {
    mostTokens: Math.max(room * 0.6, leastTokens),
    leftTokens: Math.max(room * 0.3, leastTokens / 2),
    tokensAtOnce: budgetTokens,
  };
}

/** Less than this is not summed up, however small the prompt. */
export const leastTokens = 300;

export type SummarisingDeps = ThinkingDeps & {
  afterwork: Afterwork;
  summaries: Summaries;
  turns: Turns;
  clock: Clock;
  /** Of prompts, for persona and conversation. */
  budgetTokens: number;
  /** A newer one is stored. */
  onSummary: (newer: {
    /** In which something was said last. */
    sessionId: string;
    characterSessionId: string;
    summary: Summary;
  }) => void;
};

class NoSummary extends Error {
  override readonly name = 'NoSummary';
}

const turnsAtOnce = 200;

/** Puts older turns into the summary of their conversation, if that has grown too long. */
export async function summarise(
  task: Task,
  deps: SummarisingDeps,
  signal: AbortSignal,
): Promise<void> {
  const { workspaceId, conversationId, throughPosition } = task;
  const { afterwork, turns, summaries, characters, budgetTokens } = deps;
  const of = { workspaceId, conversationId };
  const page = (await turns.page(of, { after: throughPosition, limit: turnsAtOnce })) ?? [];
  const record = await characters.readIn(workspaceId, conversationId);
  const character = record?.character;
  const isWanted = record !== undefined && memoryWishOf(record.xingchen).summary;
  const older =
    character && isWanted
      ? olderOf(page, character.historyTurns, summaryRules(character, budgetTokens))
      : [];
  const last = older.at(-1);
  if (!character || !last) {
    await afterwork.done(task, { throughPosition, againAt: null });
    return;
  }
  const before = (await summaries.get(of))?.text ?? '';
  const said = older.flatMap(({ userText, speaker, assistantText }) => [
    ...(userText === null ? [] : [{ who: speaker?.speakerName ?? 'User', text: userText }]),
    ...(assistantText === '' ? [] : [{ who: 'You', text: assistantText }]),
  ]);
  const answer = await think(
    summaryMessages({ before, said }),
    workspaceId,
    character,
    deps,
    signal,
  );
  const text = summaryText(answer);
  if (text === '') throw new NoSummary();
  const summary = { text, throughTurnId: last.id };
  const done = { throughPosition: last.position, againAt: deps.clock.nowAt() };
  const isKept = await afterwork.done(task, done, (tx) =>
    summaries.keep(tx, conversationId, summary),
  );
  const sessionId = page.at(-1)?.sessionId;
  if (isKept && sessionId != null)
    deps.onSummary({ sessionId, characterSessionId: conversationId, summary });
}

/** The turns, oldest first, that a summary shall cover now. @param most turns that the model is shown; null: all */
function olderOf(
  turns: StoredTurn[],
  most: number | null,
  { mostTokens, leftTokens, tokensAtOnce }: SummaryRules,
): StoredTurn[] {
  const open = turns.findIndex(({ status }) => status === 'open');
  const finished = open < 0 ? turns : turns.slice(0, open);
  const all = finished.reduce((sum, turn) => sum + tokensOf(turn), 0);
  const tooMany = most !== null && finished.length > most;
  if (all <= mostTokens && !tooMany) return [];
  const leftTurns = most === null ? Infinity : Math.floor(most / 2);
  let left = all;
  let read = 0;
  const end = finished.findIndex((turn, index) => {
    const isLeft = left <= leftTokens && finished.length - index <= leftTurns;
    left -= tokensOf(turn);
    read += tokensOf(turn);
    return isLeft || (read > tokensAtOnce && index > 0);
  });
  return finished.slice(0, end < 0 ? finished.length : end);
}

function tokensOf({ userText, assistantText }: StoredTurn): number {
  return estimateTokens(userText ?? '') + estimateTokens(assistantText);
}
