import { describe, expect, it } from 'vitest';
import { endsInQuestion } from '../../src/turn/answer-rest.ts';
import { judgeBargeIn } from '../../src/turn/barge-in.ts';
import { wordsEndpointer } from '../../src/turn/endpointing.ts';
import { step } from '../../src/turn/machine.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../../src/turn/turn.ts';

const rules: TurnRules = { endpointer: wordsEndpointer(), guessAfterMs: 60 };
const question = (leftMs: number) => ({ leftMs, asks: true });

/** Plays events at their times, each alarm too. */
function play(events: [number, TurnEvent][], turn: Turn = { state: 'replying', turnId: 'a' }) {
  const effects: TurnEffect[] = [];
  for (const [nowMs, event] of events) {
    const done = step(turn, event, nowMs, rules);
    turn = done.next;
    effects.push(...done.effects);
  }
  return { turn, effects, kinds: effects.map(({ kind }) => kind) };
}

describe('an answer over the last words of a question', () => {
  it.each(['Yes.', 'no', 'No, thanks.', 'yeah yeah', 'not really', '不用了', '好的', '没有'])(
    'takes "%s" for the next turn, not for listening and not for an interruption',
    (words) => {
      const sound = { speechMs: 250, silentMs: 100, words };
      expect(judgeBargeIn({ ...sound, rest: question(900) })).toBe('earlyAnswer');
    },
  );

  it('takes the same words for listening where no question ends, or not yet', () => {
    const sound = { speechMs: 250, silentMs: 100, words: 'yes' };
    expect(judgeBargeIn({ ...sound, rest: question(4_000) })).toBe('backchannel');
    expect(judgeBargeIn({ ...sound, rest: { leftMs: undefined, asks: true } })).toBe('backchannel');
    expect(judgeBargeIn({ ...sound, rest: { leftMs: 300, asks: false } })).toBe('backchannel');
  });

  it('still stops for those who want the floor', () => {
    const sound = { speechMs: 250, silentMs: 100, words: 'stop' };
    expect(judgeBargeIn({ ...sound, rest: question(900) })).toBe('interruption');
  });

  it('lets the question be heard to its end, and is answered after it', () => {
    const { turn, kinds } = play([
      [1_000, { kind: 'speechStarted', startedMs: 936, rest: question(900) }],
      [1_200, { kind: 'speechPaused', endedMs: 1_190 }],
      [1_250, { kind: 'woken' }],
      [1_350, { kind: 'transcript', words: 'yes' }],
      [2_260, { kind: 'replyEnded', turnId: 'a' }],
      [2_280, { kind: 'woken' }],
    ]);
    expect(kinds).toEqual([
      ...['pauseVoice', 'wakeAt', 'wakeAt', 'transcribe', 'wakeAt'],
      ...['resumeVoice', 'wakeAt', 'answer'],
    ]);
    expect(turn.state).toBe('listening');
  });

  it('does not even pause the voice for its last syllable', () => {
    const { turn, kinds } = play([
      [1_000, { kind: 'speechStarted', startedMs: 936, rest: question(200) }],
      [1_200, { kind: 'replyEnded', turnId: 'a' }],
    ]);
    expect(kinds).not.toContain('pauseVoice');
    expect(turn).toEqual({ state: 'hearing', sinceMs: 936 });
  });

  it('forgets a cough over it when it is heard', () => {
    const { turn, kinds } = play([
      [1_000, { kind: 'speechStarted', startedMs: 936, rest: question(200) }],
      [1_100, { kind: 'speechPaused', endedMs: 1_090 }],
      [1_150, { kind: 'woken' }],
      [1_200, { kind: 'transcript', words: '' }],
      [1_210, { kind: 'replyEnded', turnId: 'a' }],
      [1_700, { kind: 'woken' }],
    ]);
    expect(turn.state).toBe('listening');
    expect(kinds.at(-1)).toBe('dropUtterance');
  });

  it.each(['Are you well?', '你好吗？', 'He said: "Who are you?"', 'Shall we go? 😀'])(
    'knows "%s" for a question',
    (text) => {
      expect(endsInQuestion(text)).toBe(true);
    },
  );

  it('knows a statement after a question for none', () => {
    expect(endsInQuestion('Are you well? I am.')).toBe(false);
  });
});
