import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerRest } from '../../src/turn/answer-rest.ts';
import { wordsEndpointer } from '../../src/turn/endpointing.ts';
import { step } from '../../src/turn/machine.ts';
import { isNoisy } from '../../src/turn/noise.ts';
import type { Turn, TurnEffect, TurnEvent, TurnRules } from '../../src/turn/turn.ts';

const rules: TurnRules = { endpointer: wordsEndpointer(), guessAfterMs: 60 };
const question = 'What is your name?';

/**
 * The machine with what surrounds it: a voice detector that reports a sound as a new utterance or as the same one, a
 * recogniser that answers only when asked, one alarm, and answers that take the floor.
 */
class World {
  turn: Turn = { state: 'listening' };
  answered = 0;
  cut = new Set<string>();
  speaking = false;
  asked = false;
  wakeAtMs: number | undefined;
  nowMs = 0;
  rest: AnswerRest = { leftMs: undefined, asks: false };
  #inUtterance = false;
  #ids = 0;

  send(event: TurnEvent): void {
    const { next, effects } = step(this.turn, event, this.nowMs, rules);
    this.turn = next;
    for (const effect of effects) this.#do(effect);
  }

  startSpeaking(): void {
    if (this.speaking) return;
    this.speaking = true;
    this.#report();
  }

  stopSpeaking(): void {
    if (!this.speaking) return;
    this.speaking = false;
    if (this.#inUtterance) this.send({ kind: 'speechPaused', endedMs: this.nowMs });
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.wakeAtMs !== undefined && this.wakeAtMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.wakeAtMs);
      this.wakeAtMs = undefined;
      this.send({ kind: 'woken' });
    }
    this.nowMs = untilMs;
    // A sound that went on while its utterance was forgotten is the beginning of another.
    if (this.speaking && !this.#inUtterance) this.#report();
  }

  transcript(words: string): void {
    if (!this.asked) return;
    this.asked = false;
    this.send({ kind: 'transcript', words });
  }

  failTranscript(): void {
    if (!this.asked) return;
    this.asked = false;
    this.send({ kind: 'transcriptFailed' });
  }

  beginReply(): void {
    const { turn } = this;
    const hasFloor = !['listening', 'replying'].includes(turn.state);
    if (!hasFloor && !isNoisy(turn)) this.#inUtterance = false;
    this.send({ kind: 'replyBegan', turnId: String(this.#ids++) });
  }

  endReply(): void {
    if ('turnId' in this.turn) this.send({ kind: 'replyEnded', turnId: this.turn.turnId });
  }

  #report(): void {
    const resumed = this.#inUtterance;
    this.#inUtterance = true;
    this.send(
      resumed
        ? { kind: 'speechResumed' }
        : { kind: 'speechStarted', startedMs: Math.max(0, this.nowMs - 64), rest: this.rest },
    );
  }

  #do(effect: TurnEffect): void {
    switch (effect.kind) {
      case 'wakeAt':
        this.wakeAtMs = effect.atMs;
        return;
      case 'transcribe':
        this.wakeAtMs = undefined;
        this.asked = true;
        return;
      case 'discardGuess':
        this.asked = false;
        return;
      case 'dropUtterance':
        this.#inUtterance = false;
        return;
      case 'disregard':
        return;
      case 'answer':
        this.answered++;
        this.beginReply();
        return;
      case 'apologise':
        this.beginReply();
        return;
      case 'cut':
        this.cut.add(effect.turnId);
        return;
      case 'resumeVoice':
      case 'pauseVoice':
        expect(this.cut).not.toContain(effect.turnId);
    }
  }
}

type Act = (world: World) => void;
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Act>((world) => world.startSpeaking()) },
  { weight: 3, arbitrary: fc.constant<Act>((world) => world.stopSpeaking()) },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 1, max: 2_500 }).map<Act>((ms) => (world) => world.pass(ms)),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('', 'mm-hm', 'got', 'stop', 'I want to', 'my number is five', question)
      .map<Act>((words) => (world) => world.transcript(words)),
  },
  fc.constant<Act>((world) => world.failTranscript()),
  fc.constant<Act>((world) => world.send({ kind: 'forceEnd' })),
  fc.constant<Act>((world) => world.send({ kind: 'interrupt' })),
  fc.constant<Act>((world) => world.beginReply()),
  fc.constant<Act>((world) => world.endReply()),
  fc.constantFrom(undefined, 100, 900, 3_000).map<Act>((leftMs) => (world) => {
    world.rest = { leftMs, asks: leftMs !== undefined };
  }),
);

function anyWorld(check: (world: World) => void, each: (world: World) => void = () => undefined) {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 40 }), (acts) => {
      const world = new World();
      for (const act of acts) {
        act(world);
        each(world);
      }
      check(world);
    }),
    { numRuns: 3_000 },
  );
}

/** Everything that was begun comes to its end: the user is silent, the recogniser answers, time passes. */
function settle(world: World, words: string): void {
  world.stopSpeaking();
  for (let round = 0; round < 20; round++) {
    world.transcript(words);
    world.pass(500);
    if (world.turn.state === 'trailing') world.endReply();
  }
}

describe('the turn machine, whatever happens in whatever order', () => {
  it('always waits for something that will come: never for nothing', () => {
    anyWorld(
      () => undefined,
      (world) => {
        const waits = ['hearing', 'pausing', 'yielding'].includes(world.turn.state);
        expect(waits && !world.asked && world.wakeAtMs === undefined).toBe(false);
      },
    );
  });

  it('answers what the user says last, once', () => {
    anyWorld((world) => {
      const hasFloor = world.turn.state === 'hearing' || world.turn.state === 'pausing';
      const before = world.answered;
      // A cough, or what the recogniser has failed at: there are no words to be answered.
      const wordless =
        world.turn.state === 'pausing' &&
        (world.turn.isUnheard === true || world.turn.words?.trim() === '');
      settle(world, question);
      expect(world.turn.state === 'listening' || world.turn.state === 'replying').toBe(true);
      if (hasFloor) expect(world.answered).toBe(before + (wordless ? 0 : 1));
    });
  });

  it('hears the next utterance, whatever came before', () => {
    anyWorld((world) => {
      settle(world, question);
      const before = world.answered;
      world.startSpeaking();
      world.pass(400);
      settle(world, question);
      expect(world.answered).toBe(before + 1);
    });
  });

  it('wakes a bounded number of times while a sound goes on and on without a word', () => {
    anyWorld((world) => {
      world.startSpeaking();
      let wakes = 0;
      for (let round = 0; round < 100; round++) {
        const due = world.wakeAtMs;
        world.pass(100);
        if (due !== world.wakeAtMs) wakes++;
        world.transcript('');
      }
      expect(wakes).toBeLessThan(60);
    });
  });
});
