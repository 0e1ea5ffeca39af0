import { beforeEach, describe, expect, it } from 'vitest';
import type { SpeechChange } from '../../src/turn/speech-detector.ts';
import type { Turn } from '../../src/turn/turn.ts';
import { TurnOrder } from '../../src/pipeline/turn-order.ts';
import type { Participant } from '../../src/protocol/participant.ts';
import { hearingRateHz } from '../../src/frames/pcm.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { ScriptedStt } from '../fakes/scripted-stt.ts';
import { hum } from '../fakes/scripted-tts.ts';
import { ScriptedVad } from '../fakes/scripted-vad.ts';

const person = (name: string): Participant => ({
  identity: `human:${name}`,
  speakerId: name,
  speakerName: name,
});
const [ann, ben, cid] = [person('ann'), person('ben'), person('cid')];

describe('the floor', () => {
  let clock: FakeClock;
  let turn: Turn['state'];
  let answered: Participant | undefined;
  let heard: { by: string; change: SpeechChange['kind'] }[];
  let written: { by: string; text: string }[];
  let floor: TurnOrder;

  beforeEach(() => {
    clock = new FakeClock();
    turn = 'listening';
    answered = undefined;
    heard = [];
    written = [];
    floor = new TurnOrder({
      clock,
      stt: new ScriptedStt(clock, { text: '', afterMs: 0 }),
      vad: new ScriptedVad(),
      language: 'en-US',
      newId: () => 'id',
      onRetry: () => undefined,
      onPartial: () => undefined,
      onTrouble: () => undefined,
      turn: () => turn,
      answered: () => answered,
      onSpeech: ({ kind }) => {
        heard.push({ by: floor.ears.holder.speaker?.speakerName ?? '', change: kind });
        if (kind === 'speechStarted') turn = 'hearing';
        if (kind === 'speechPaused') turn = 'pausing';
      },
      // As the turn does whenever it hears of something.
      onTaken: () => {
        floor.pass();
      },
      onWritten: (text, speaker) => {
        written.push({ by: speaker?.speakerName ?? '', text });
        turn = 'replying';
        answered = speaker;
      },
    });
  });

  /** Sound into this one's ear, then silence. */
  async function speak(who: Participant, ms = 320, silentMs = 0): Promise<void> {
    const ear = floor.ears.of(who);
    const frames = async function* () {
      const frame = (samples: Int16Array) => ({
        samples,
        sampleRateHz: hearingRateHz,
        endMs: clock.nowMs(),
      });
      for (let at = 0; at < ms; at += 32) {
        await clock.advance(32);
        yield frame(hum(32, hearingRateHz));
      }
      for (let at = 0; at < silentMs; at += 32) {
        await clock.advance(32);
        yield frame(new Int16Array((32 * hearingRateHz) / 1000));
      }
    };
    for await (const change of ear.utterance.changes(frames(), new AbortController().signal))
      floor.hear(ear, change);
  }

  /** The turn of the one who has the floor ends, and so does its answer. */
  function endTurn(): void {
    floor.ears.holder.utterance.forget();
    turn = 'listening';
    floor.pass();
  }

  const started = () =>
    heard.filter(({ change }) => change === 'speechStarted').map(({ by }) => by);

  it('is with the one who speaks first, and the next one is heard after them', async () => {
    await speak(ann);
    await speak(ben);
    expect(started()).toEqual(['ann']);
    endTurn();
    expect(started()).toEqual(['ann', 'ben']);
    expect(floor.speaker).toEqual({ speaker: ben });
  });

  it('goes on in the order in which the others began', async () => {
    await speak(ann);
    await speak(cid);
    await speak(ben);
    for (let turns = 0; turns < 3; turns++) endTurn();
    expect(started()).toEqual(['ann', 'cid', 'ben']);
  });

  it('tells of one who fell silent while waiting that they did', async () => {
    await speak(ann);
    await speak(ben, 320, 320);
    heard = [];
    endTurn();
    expect(heard).toEqual([
      { by: 'ben', change: 'speechStarted' },
      { by: 'ben', change: 'speechPaused' },
    ]);
  });

  it('lets nobody who began before an answer interrupt it, and anybody who begins during it', async () => {
    await speak(ann);
    await speak(ben);
    floor.ears.holder.utterance.forget();
    turn = 'replying';
    floor.pass();
    expect(started()).toEqual(['ann']);
    await speak(cid);
    expect(started()).toEqual(['ann', 'cid']);
  });

  it('is not lost to words that another one writes, who is answered next', async () => {
    await speak(ann);
    floor.write('And me?', ben);
    expect(written).toEqual([]);
    endTurn();
    expect(written).toEqual([{ by: 'ben', text: 'And me?' }]);
  });

  it('lets writers wait for an answer to another, and cut an answer to themselves', () => {
    floor.write('First.', ann);
    floor.write('Second.', ben);
    floor.write('No, this.', ann);
    expect(written).toEqual([
      { by: 'ann', text: 'First.' },
      { by: 'ann', text: 'No, this.' },
    ]);
    turn = 'listening';
    floor.pass();
    expect(written.at(-1)).toEqual({ by: 'ben', text: 'Second.' });
  });

  it('keeps a bounded number of texts waiting', async () => {
    await speak(ann);
    for (let at = 0; at < 100; at++) floor.write(`${at}`, ben);
    for (let at = 0; at < 100; at++) endTurn();
    expect(written).toHaveLength(20);
  });

  it('hears out one who leaves, and forgets them then', async () => {
    await speak(ann);
    await speak(ben, 320, 320);
    floor.ears.of(ben).hasLeft = true;
    endTurn();
    expect(started()).toEqual(['ann', 'ben']);
    endTurn();
    const before = floor.ears.of(cid);
    expect(floor.ears.of(cid)).toBe(before);
  });
});
