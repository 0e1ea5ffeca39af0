import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

describe('a client that wants silence while the user speaks', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  it('loses nothing of what they say when it asks in a pause of theirs', async () => {
    scene.stt.script.from({ text: 'I want to', afterMs: 50 });
    await scene.sound(800);
    await scene.silence(200);
    scene.conversation.interrupt();
    scene.stt.script.from({ text: 'I want to see the harbour.', afterMs: 50 });
    await scene.sound(800);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([
      { userText: 'I want to see the harbour.', status: 'completed' },
    ]);
    const samples = scene.stt.log.calls.at(-1)?.input.samples.length ?? 0;
    expect(samples).toBeGreaterThan((800 + 200 + 800) * 16);
  });

  it('loses nothing of what they said before the answer that they spoke over unheard', async () => {
    scene.llm.script.from({ pieces: 'Of course.', firstMs: 3_000 });
    await scene.sound(800);
    await scene.silence(700);
    expect(scene.stored.size).toBe(1);
    scene.stt.script.from({ text: 'And the old tower?', afterMs: 50 });
    await scene.sound(900);
    scene.conversation.interrupt();
    await scene.silence(9_000);
    expect(scene.completed().at(-1)).toMatchObject({
      userText: 'Where is the harbour? And the old tower?',
      status: 'completed',
    });
  });
});
