import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endlessSilenceMs,
  silenceEndpointer,
  wordsEndpointer,
} from '../../src/turn/endpointing.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../../src/turn/turn.ts';
import { step } from '../../src/turn/machine.ts';
import { isNoisy } from '../../src/turn/noise.ts';

const rules: TurnRules = { endpointer: wordsEndpointer(), guessAfterMs: 60 };

/** Plays events at their times; returns the last state and every effect. */
function play(
  events: [number, TurnEvent][],
  from: Turn = { state: 'listening' },
  by: TurnRules = rules,
) {
  let turn = from;
  const effects: TurnEffect[] = [];
  for (const [nowMs, event] of events) {
    const done = step(turn, event, nowMs, by);
    turn = done.next;
    effects.push(...done.effects);
  }
  return { turn, kinds: effects.map(({ kind }) => kind), effects };
}

const started = (startedMs: number): TurnEvent => ({ kind: 'speechStarted', startedMs });
const paused = (endedMs: number): TurnEvent => ({ kind: 'speechPaused', endedMs });
const words = (text: string): TurnEvent => ({ kind: 'transcript', words: text });
const woken: TurnEvent = { kind: 'woken' };
const replying: Turn = { state: 'replying', turnId: 'a' };

describe('the turn machine', () => {
  it('transcribes at the first short silence and answers when the thought is whole', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [1_000, paused(990)],
      [1_050, woken],
      [1_150, words('What is your name?')],
      [1_410, woken],
    ]);
    expect(kinds).toEqual(['wakeAt', 'wakeAt', 'transcribe', 'wakeAt', 'answer']);
    expect(turn.state).toBe('listening');
  });

  it('waits longer after words that promise more', () => {
    const { turn, effects } = play([
      [100, started(40)],
      [1_000, paused(1_000)],
      [1_060, woken],
      [1_160, words('I want to, um')],
    ]);
    expect(turn.state).toBe('pausing');
    expect(effects.at(-1)).toEqual({ kind: 'wakeAt', atMs: 3_000 });
  });

  it('forgets its guess when the user goes on', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [1_000, paused(1_000)],
      [1_060, woken],
      [1_160, words('Tell me.')],
      [1_300, { kind: 'speechResumed' }],
    ]);
    expect(turn.state).toBe('hearing');
    expect(kinds).toContain('discardGuess');
  });

  it('answers as soon as late words come when the silence was long enough', () => {
    const { kinds } = play([
      [100, started(40)],
      [1_000, paused(1_000)],
      [1_060, woken],
      [2_500, words('Where are you?')],
    ]);
    expect(kinds.at(-1)).toBe('answer');
  });

  it('drops a sound without words', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [300, paused(280)],
      [340, woken],
      [440, words('')],
      [780, woken],
    ]);
    expect(turn.state).toBe('listening');
    expect(kinds).toContain('dropUtterance');
    expect(kinds).not.toContain('answer');
  });

  it('keeps what was said before the recogniser knew a word of it', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [300, paused(280)],
      [340, woken],
      [440, words('')],
      [500, { kind: 'speechResumed' }],
    ]);
    expect(turn).toEqual({ state: 'hearing', sinceMs: 40 });
    expect(kinds).not.toContain('dropUtterance');
  });

  it('drops a sound without words as soon as push-to-talk is released', () => {
    const { kinds } = play([
      [100, started(40)],
      [300, paused(280)],
      [340, woken],
      [440, words('')],
      [500, { kind: 'forceEnd' }],
    ]);
    expect(kinds.at(-1)).toBe('dropUtterance');
  });

  it('pauses the voice at the first speech over it and goes on after a backchannel', () => {
    const { turn, kinds } = play(
      [
        [100, started(40)],
        [400, paused(380)],
        [440, woken],
        [540, words('mm-hm')],
      ],
      replying,
    );
    expect(kinds[0]).toBe('pauseVoice');
    expect(kinds).toContain('resumeVoice');
    expect(kinds).not.toContain('cut');
    expect(turn).toEqual(replying);
  });

  it('cuts the voice for words that want the floor, and answers them', () => {
    const { kinds } = play(
      [
        [100, started(40)],
        [400, paused(380)],
        [440, woken],
        [540, words('stop')],
        [900, woken],
      ],
      replying,
    );
    expect(kinds.filter((kind) => kind === 'cut')).toHaveLength(1);
    expect(kinds.at(-1)).toBe('answer');
  });

  it('ends the turn at once when push-to-talk is released', () => {
    const { kinds } = play([
      [100, started(40)],
      [700, { kind: 'forceEnd' }],
      [800, words('I want to')],
    ]);
    expect(kinds).toEqual(['wakeAt', 'transcribe', 'answer']);
  });

  it('answers what was said before push-to-talk was released, when another answer begins before its words are there', () => {
    const byClient = { ...rules, endpointer: silenceEndpointer(endlessSilenceMs) };
    const { turn, effects } = play(
      [
        [100, started(40)],
        [1_700, { kind: 'forceEnd' }],
        [1_750, { kind: 'replyBegan', turnId: 'typed' }],
        [1_770, woken],
        [1_900, words('Where is the harbour?')],
      ],
      { state: 'listening' },
      byClient,
    );
    expect(effects.slice(-2)).toMatchObject([{ kind: 'cut', turnId: 'typed' }, { kind: 'answer' }]);
    expect(turn.state).toBe('listening');
  });

  it('cuts the running answer when another begins', () => {
    const { turn, effects } = play([[100, { kind: 'replyBegan', turnId: 'b' }]], replying);
    expect(effects).toMatchObject([{ kind: 'cut', turnId: 'a' }]);
    expect(turn).toEqual({ state: 'replying', turnId: 'b' });
  });

  it('does not answer twice, nor forget what came before, when what follows cannot be transcribed', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [1_000, paused(990)],
      [1_050, woken],
      [1_150, { kind: 'transcriptFailed' }],
      [1_740, woken],
    ]);
    expect(turn.state).toBe('listening');
    expect(kinds.slice(-3)).toEqual(['discardGuess', 'wakeAt', 'apologise']);
  });

  it('says that words cannot be had when a turn is over, and asks for all of them when the user only drew breath', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [500, paused(490)],
      [550, woken],
      [650, { kind: 'transcriptFailed' }],
      [800, { kind: 'speechResumed' }],
      [1_400, paused(1_390)],
      [1_450, woken],
    ]);
    expect(turn).toMatchObject({ state: 'pausing', words: undefined });
    expect(kinds).not.toContain('apologise');
    expect(kinds.filter((kind) => kind === 'transcribe')).toHaveLength(2);
  });

  it('says so at once when the failure is known late', () => {
    const { kinds } = play([
      [100, started(40)],
      [1_000, paused(990)],
      [1_050, woken],
      [4_000, { kind: 'transcriptFailed' }],
    ]);
    expect(kinds.slice(-2)).toEqual(['discardGuess', 'apologise']);
  });

  it('leaves the end of a turn to the client that wants to say it, also when words cannot be had', () => {
    const byClient = { ...rules, endpointer: silenceEndpointer(endlessSilenceMs) };
    const { turn, kinds } = play(
      [
        [100, started(40)],
        [500, paused(490)],
        [550, woken],
        [650, { kind: 'transcriptFailed' }],
        [9_000, { kind: 'forceEnd' }],
        [9_100, { kind: 'transcriptFailed' }],
      ],
      { state: 'listening' },
      byClient,
    );
    expect(kinds.filter((kind) => kind === 'apologise')).toHaveLength(1);
    expect(kinds.lastIndexOf('transcribe')).toBeLessThan(kinds.indexOf('apologise'));
    expect(turn.state).toBe('listening');
  });

  it('hears what the user says while an answer to something typed begins', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [700, { kind: 'replyBegan', turnId: 'typed' }],
      [900, paused(890)],
      [950, woken],
      [1_050, words('and where is the inn?')],
    ]);
    expect(turn).toMatchObject({ state: 'pausing', words: 'and where is the inn?' });
    expect(kinds).not.toContain('dropUtterance');
    expect(kinds).toContain('cut');
  });

  it('hears what the user had just said when an answer to something typed begins', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [900, paused(890)],
      [950, woken],
      [1_050, words('I want to')],
      [1_100, { kind: 'replyBegan', turnId: 'typed' }],
      [1_120, woken],
    ]);
    expect(turn).toMatchObject({ state: 'pausing', words: 'I want to' });
    expect(kinds).not.toContain('dropUtterance');
  });

  it('keeps what the user says when the client wants silence meanwhile', () => {
    const { turn, kinds } = play(
      [
        [100, started(40)],
        [400, paused(380)],
        [420, { kind: 'interrupt' }],
        [540, words('what about the ship')],
      ],
      replying,
    );
    expect(kinds).toContain('cut');
    expect(turn).toMatchObject({ state: 'pausing', words: 'what about the ship' });
  });

  it('keeps what the user says when the client wants silence in a pause of theirs', () => {
    const { turn, kinds } = play([
      [100, started(40)],
      [700, paused(680)],
      [760, woken],
      [800, { kind: 'interrupt' }],
      [860, words('I want to')],
    ]);
    expect(kinds).not.toContain('dropUtterance');
    expect(turn).toMatchObject({ state: 'pausing', words: 'I want to' });
  });

  const anyEvent: fc.Arbitrary<TurnEvent> = fc.oneof(
    fc.constant<TurnEvent>({ kind: 'speechStarted', startedMs: 0 }),
    fc
      .record({ leftMs: fc.integer({ min: 0, max: 2_000 }), asks: fc.boolean() })
      .map<TurnEvent>((rest) => ({ kind: 'speechStarted', startedMs: 0, rest })),
    fc.constant<TurnEvent>({ kind: 'speechPaused', endedMs: 0 }),
    fc.constant<TurnEvent>({ kind: 'speechResumed' }),
    fc.constantFrom('', 'mm-hm', 'no', 'stop', 'I want to', 'What is your name?').map(words),
    fc.constantFrom('mm-hm', 'stop', 'I want').map<TurnEvent>((text) => ({
      kind: 'partial',
      words: text,
    })),
    fc.constant<TurnEvent>({ kind: 'otherVoice' }),
    fc.constant<TurnEvent>({ kind: 'transcriptFailed' }),
    fc.constant<TurnEvent>(woken),
    fc.constant<TurnEvent>({ kind: 'forceEnd' }),
    fc.constant<TurnEvent>({ kind: 'interrupt' }),
    fc.constant<TurnEvent>({ kind: 'replyEnded', turnId: 'the one that runs' }),
  );

  it('never answers a turn twice, never loses a cut and never plays on after one, whatever the order of events', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEvent, fc.integer({ min: 1, max: 900 })), { maxLength: 60 }),
        (steps) => {
          const floor: { turn: Turn } = { turn: { state: 'listening' } };
          let nowMs = 0;
          let nextId = 0;
          let running: string | undefined;
          let voicePaused = false;
          let heardSinceAnswer = true;
          const apply = (event: TurnEvent) => {
            const done = step(floor.turn, event, nowMs, rules);
            floor.turn = done.next;
            for (const effect of done.effects) {
              if (effect.kind === 'pauseVoice') voicePaused = true;
              if (effect.kind === 'resumeVoice') {
                expect(effect.turnId).toBe(running);
                voicePaused = false;
              }
              if (effect.kind === 'cut') {
                expect(effect.turnId).toBe(running);
                running = undefined;
                voicePaused = false;
              }
              if (effect.kind === 'answer') {
                expect(heardSinceAnswer).toBe(true);
                heardSinceAnswer = false;
                const turnId = String(nextId++);
                apply({ kind: 'replyBegan', turnId });
                running = turnId;
              }
            }
          };
          for (const [event, gapMs] of steps) {
            nowMs += gapMs;
            const timed: TurnEvent =
              event.kind === 'speechStarted'
                ? { ...event, startedMs: nowMs - 64 }
                : event.kind === 'speechPaused'
                  ? { ...event, endedMs: nowMs }
                  : event.kind === 'replyEnded'
                    ? { ...event, turnId: running ?? 'none' }
                    : event;
            // In a noise that goes on under the answer, words that are found later are others.
            const isNew = event.kind === 'transcript' && isNoisy(floor.turn);
            if (event.kind === 'speechStarted' || isNew) heardSinceAnswer = true;
            apply(timed);
            if (event.kind === 'replyEnded') running = undefined;
            expect(ownerOf(floor.turn)).toBe(running);
            expect(voicePaused).toBe(floor.turn.state === 'yielding');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** The answer that has the floor, or is about to lose it. */
function ownerOf(turn: Turn): string | undefined {
  return 'turnId' in turn ? turn.turnId : undefined;
}
