import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedStream } from '../fakes/scripted-stream.ts';
import { answer, Scene } from './scene.ts';

describe('a conversation whose recogniser listens while the user speaks', () => {
  let scene: Scene;
  let stt: ScriptedStream;

  beforeEach(() => {
    scene = new Scene({
      openStt: (clock) => {
        stt = new ScriptedStream(clock, { text: 'Where is the harbour?', afterMs: 200 });
        return stt;
      },
    });
  });

  afterEach(async () => {
    await scene.end();
    expect(stt.openLines).toBe(0);
    expect(stt.log.count('running')).toBe(0);
    expect(scene.llm.log.count('running')).toBe(0);
    expect(scene.clock.pending).toBe(0);
  });

  /** Words come as they are spoken: the pre-roll, then one word each 250 ms. */
  const asSpoken = (text: string) => (samples: number) => {
    const count = Math.max(0, Math.floor((samples / 16 - 400) / 250));
    return text.split(' ').slice(0, count).join(' ');
  };
  const transcripts = (final: boolean) =>
    scene.events.flatMap((event) =>
      event.kind === 'userTranscript' && event.final === final ? [event.text] : [],
    );

  it('tells the words while they are spoken, each time more of them', async () => {
    stt.knows = asSpoken('where is the harbour');
    await scene.silence(600);
    await scene.sound(1_000);
    expect(transcripts(false)).toEqual([
      'where',
      'where is',
      'where is the',
      'where is the harbour',
    ]);
    expect(scene.kinds()[0]).toBe('userStartedSpeaking');
    expect(stt.log.calls).toHaveLength(0);
    await scene.silence(8_000);
    expect(transcripts(true)).toEqual(['Where is the harbour?']);
    expect(scene.completed()).toHaveLength(1);
  });

  it('begins the answer on what it knows, and keeps it when the last word on it says the same', async () => {
    stt.knows = () => 'um where is the harbour';
    await scene.sound(800);
    await scene.silence(100);
    expect(scene.llm.log.calls).toHaveLength(1);
    expect(stt.log.count('running')).toBe(1);
    await scene.silence(8_000);
    expect(scene.llm.log.calls).toHaveLength(1);
    expect(scene.completed()).toMatchObject([
      { userText: 'Where is the harbour?', assistantText: answer, status: 'completed' },
    ]);
    expect(scene.completed()[0]?.stages).toMatchObject({ speculative: true });
  });

  it('begins another answer, and gives the first one up, when the last word says something else', async () => {
    stt.knows = () => 'where is the barber';
    await scene.sound(800);
    await scene.silence(200);
    expect(scene.llm.log.count('running')).toBe(1);
    await scene.silence(8_000);
    expect(scene.llm.log.count('aborted')).toBe(1);
    expect(scene.prompts.map(({ userText }) => userText)).toEqual([
      'where is the barber',
      'Where is the harbour?',
    ]);
    expect(scene.completed()).toMatchObject([{ userText: 'Where is the harbour?' }]);
    expect(transcripts(true)).toEqual(['Where is the harbour?']);
  });

  it('does not end the turn before the last word on it', async () => {
    stt.knows = () => 'where is the harbour';
    stt.script.from({ text: 'Where is the harbour of the island?', afterMs: 2_000 });
    await scene.sound(800);
    await scene.silence(1_500);
    expect(scene.voice.sounding).toBe(false);
    expect(transcripts(true)).toEqual([]);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ userText: 'Where is the harbour of the island?' }]);
  });

  it('begins no answer on words that promise more', async () => {
    stt.knows = () => 'where is the';
    await scene.sound(800);
    await scene.silence(100);
    expect(scene.llm.log.calls).toHaveLength(0);
    await scene.silence(8_000);
    expect(scene.prompts.map(({ userText }) => userText)).toEqual(['Where is the harbour?']);
  });

  it('gives the answer up when the user goes on, and answers all that was said', async () => {
    stt.knows = () => 'where is the harbour';
    await scene.sound(800);
    await scene.silence(300);
    stt.script.from({ text: 'Where is the harbour master?', afterMs: 100 });
    await scene.sound(400);
    await scene.silence(8_000);
    expect(scene.llm.log.count('aborted')).toBeGreaterThanOrEqual(1);
    expect(scene.completed()).toMatchObject([{ userText: 'Where is the harbour master?' }]);
  });

  it('cuts the character off as soon as the words over it are an interruption', async () => {
    await scene.sound(800);
    await scene.silence(1_600);
    expect(scene.voice.sounding).toBe(true);
    stt.knows = asSpoken('wait which hill');
    stt.script.from({ text: 'Wait, which hill?', afterMs: 100 });
    await scene.sound(300);
    expect(scene.completed()).toMatchObject([{ status: 'interrupted' }]);
    await scene.sound(400);
    await scene.silence(8_000);
    expect(scene.completed().at(-1)).toMatchObject({ userText: 'Wait, which hill?' });
  });

  it('has its recogniser listen on when the words were asked for in mid-speech', async () => {
    await scene.sound(800);
    await scene.silence(1_600);
    const { goOns } = stt;
    stt.script.from({ text: 'mm', afterMs: 50 });
    await scene.sound(700);
    expect(stt.goOns).toBeGreaterThan(goOns);
    stt.script.from({ text: 'Mm, wait, which hill?', afterMs: 100 });
    await scene.sound(600);
    await scene.silence(9_000);
    expect(scene.completed().at(-1)).toMatchObject({ userText: 'Mm, wait, which hill?' });
  });

  it('tells the client nothing of a listening noise over the character', async () => {
    await scene.sound(800);
    await scene.silence(1_600);
    const told = scene.events.length;
    stt.knows = () => 'mm-hm';
    stt.script.from({ text: 'Mm-hm.', afterMs: 100 });
    await scene.sound(300);
    await scene.silence(500);
    const kinds = scene.kinds().slice(told);
    expect(kinds.filter((kind) => kind !== 'replyText')).toEqual([]);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
  });
});
