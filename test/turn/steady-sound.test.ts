import { describe, expect, it } from 'vitest';
import { wordsEndpointer } from '../../src/turn/endpointing.ts';
import { step } from '../../src/turn/machine.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../../src/turn/turn.ts';

const rules: TurnRules = { endpointer: wordsEndpointer(), guessAfterMs: 60 };

/** The machine, an alarm, and a recogniser that answers after 100 ms with the words of that time. */
class Sounding {
  turn: Turn;
  nowMs = 0;
  readonly kinds: TurnEffect['kind'][] = [];
  #wakeAtMs: number | undefined;
  #wordsAtMs: number | undefined;
  /** What was said before is done with. */
  #doneMs = 0;

  constructor(
    private readonly heard: (fromMs: number, toMs: number) => string,
    turn: Turn = { state: 'listening' },
  ) {
    this.turn = turn;
  }

  send(event: TurnEvent): void {
    const { next, effects } = step(this.turn, event, this.nowMs, rules);
    this.turn = next;
    for (const effect of effects) {
      this.kinds.push(effect.kind);
      if (effect.kind === 'wakeAt') this.#wakeAtMs = effect.atMs;
      if (effect.kind === 'transcribe') {
        this.#wakeAtMs = undefined;
        this.#wordsAtMs = this.nowMs + 100;
      }
      if (effect.kind === 'discardGuess') this.#wordsAtMs = undefined;
      if (effect.kind === 'answer' || effect.kind === 'disregard') this.#doneMs = this.nowMs;
      if (effect.kind === 'answer') this.send({ kind: 'replyBegan', turnId: 'answer' });
    }
  }

  until(ms: number): void {
    for (; this.nowMs < ms; this.nowMs += 10) {
      if (this.#wakeAtMs !== undefined && this.#wakeAtMs <= this.nowMs) {
        this.#wakeAtMs = undefined;
        this.send({ kind: 'woken' });
      }
      if (this.#wordsAtMs !== undefined && this.#wordsAtMs <= this.nowMs) {
        this.#wordsAtMs = undefined;
        this.send({ kind: 'transcript', words: this.heard(this.#doneMs, this.nowMs) });
      }
    }
  }

  count(kind: TurnEffect['kind']): number {
    return this.kinds.filter((one) => one === kind).length;
  }
}

/** A word each 300 ms from the beginning until `doneMs`. */
const speaking = (doneMs: number) => (fromMs: number, toMs: number) =>
  'word '.repeat(Math.max(0, Math.floor((Math.min(toMs, doneMs) - fromMs) / 300))).trim();

describe('sound that never pauses', () => {
  it('ends the turn when the words in it have come to an end', () => {
    const sound = new Sounding(speaking(2_000));
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(8_000);
    expect(sound.count('answer')).toBe(1);
    expect(sound.turn).toMatchObject({ state: 'replying', turnId: 'answer' });
  });

  it('does not end the turn of a user who speaks without a gap', () => {
    const sound = new Sounding(speaking(30_000));
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(30_000);
    expect(sound.count('answer')).toBe(0);
    expect(sound.turn.state).toBe('hearing');
  });

  it('gives the floor back when there are no words in it at all, and asks less and less often', () => {
    const sound = new Sounding(() => '');
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(8_000);
    expect(sound.turn.state).toBe('listening');
    expect(sound.count('disregard')).toBeGreaterThan(0);
    const asked = sound.count('transcribe');
    sound.until(120_000);
    expect(sound.count('transcribe') - asked).toBeLessThan(10);
  });

  it('hears the words that come behind a long noise without a pause', () => {
    const sound = new Sounding((_, nowMs) => (nowMs < 9_000 ? '' : 'where is the harbour'));
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(10_400);
    sound.send({ kind: 'speechPaused', endedMs: 10_400 });
    sound.until(12_000);
    expect(sound.count('answer')).toBe(1);
    expect(sound.kinds.indexOf('disregard')).toBeLessThan(sound.kinds.indexOf('answer'));
  });

  it('takes a noise over the answer back when words follow in it, and cuts', () => {
    const sound = new Sounding((_, nowMs) => (nowMs < 4_000 ? '' : 'what about the ship'), {
      state: 'replying',
      turnId: 'a',
    });
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(4_000);
    expect(sound.turn).toMatchObject({ state: 'replying', turnId: 'a' });
    expect(sound.count('resumeVoice')).toBe(1);
    sound.until(5_000);
    sound.send({ kind: 'speechPaused', endedMs: 5_000 });
    sound.until(6_000);
    expect(sound.count('cut')).toBe(1);
    expect(sound.count('answer')).toBe(1);
  });

  it('goes on with the answer under a noise that ends without a word', () => {
    const sound = new Sounding(() => '', { state: 'replying', turnId: 'a' });
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(5_000);
    sound.send({ kind: 'speechPaused', endedMs: 5_000 });
    sound.until(6_000);
    expect(sound.turn).toEqual({ state: 'replying', turnId: 'a' });
    expect(sound.count('cut')).toBe(0);
    expect(sound.kinds.at(-1)).toBe('dropUtterance');
  });

  it('hears somebody else beside it', () => {
    const sound = new Sounding(() => '');
    sound.send({ kind: 'speechStarted', startedMs: 0 });
    sound.until(8_000);
    sound.send({ kind: 'otherVoice' });
    sound.send({ kind: 'speechStarted', startedMs: 8_000 });
    expect(sound.turn.state).toBe('hearing');
  });
});
