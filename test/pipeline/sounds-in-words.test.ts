import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedStream } from '../fakes/scripted-stream.ts';
import { answer, Scene } from './scene.ts';

describe('a conversation whose recogniser writes down sounds as well', () => {
  let scene: Scene;
  afterEach(() => scene.end());

  it.each(['(coughs)', '[BLANK_AUDIO]', '...', '♪'])(
    'answers nothing where "%s" is all there was',
    async (text) => {
      scene = new Scene();
      scene.stt.script.from({ text });
      await scene.sound(300);
      await scene.silence(3_000);
      expect(scene.llm.log.calls).toHaveLength(0);
      expect(scene.stored.size).toBe(0);
    },
  );

  it('goes on after a cough over the answer', async () => {
    scene = new Scene();
    await scene.sound(1_000);
    await scene.silence(1_600);
    scene.stt.script.from({ text: '(coughs)', afterMs: 100 });
    await scene.sound(300);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
  });

  it('does not tell them as words while the user speaks', async () => {
    let stt: ScriptedStream | undefined;
    scene = new Scene({
      openStt: (clock) => (stt = new ScriptedStream(clock, { text: '[Music]', afterMs: 200 })),
    });
    if (stt) stt.knows = () => '[Mus';
    await scene.sound(1_000);
    await scene.silence(2_000);
    expect(scene.count('userTranscript')).toBe(0);
    expect(scene.llm.log.calls).toHaveLength(0);
  });
});
