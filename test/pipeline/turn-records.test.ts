import { afterEach, describe, expect, it } from 'vitest';
import { answer, Scene } from './scene.ts';

describe('the record of a turn', () => {
  let scene: Scene;
  afterEach(() => scene.end());

  it('says that its answer was begun before the turn was over, however slow the model is', async () => {
    scene = new Scene();
    scene.llm.script.from({ pieces: answer, firstMs: 2_000, pieceMs: 10 });
    await scene.sound(1_000);
    await scene.silence(12_000);
    expect(scene.completed()).toMatchObject([
      { status: 'completed', stages: { speculative: true } },
    ]);
  });

  it('does not say so of words that were typed', async () => {
    scene = new Scene();
    scene.conversation.type('Where is the harbour?');
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([
      { status: 'completed', stages: { speculative: false } },
    ]);
  });

  it('has nothing of a written answer that was still being judged when it was given up', async () => {
    scene = new Scene({ moderation: { judge: () => new Promise(() => undefined) } });
    scene.conversation.setSpeaking(false);
    scene.conversation.type('Where is the harbour?');
    await scene.silence(3_000);
    scene.conversation.interrupt();
    await scene.silence(100);
    expect(scene.count('replyText')).toBe(0);
    expect(scene.completed()).toMatchObject([{ status: 'interrupted', assistantText: '' }]);
  });

  it('has no time to silence where the user spoke up somewhere in a noise', async () => {
    scene = new Scene();
    await scene.sound(1_000);
    await scene.silence(1_000);
    scene.stt.script.from({ text: '' });
    await scene.sound(2_500);
    expect(scene.voice.sounding).toBe(true);
    scene.stt.script.from({ text: 'what about the ship', afterMs: 100 });
    await scene.sound(2_500);
    await scene.silence(100);
    const [cut] = scene.completed();
    expect(cut).toMatchObject({ status: 'interrupted' });
    expect(cut?.stages.bargeInToSilenceMs).toBeUndefined();
  });

  it('has the time from the user’s first sound to silence where they spoke over the answer', async () => {
    scene = new Scene();
    await scene.sound(1_000);
    await scene.silence(1_000);
    scene.stt.script.from({ text: 'what about the ship', afterMs: 100 });
    await scene.sound(900);
    await scene.silence(500);
    const silentMs = scene.completed()[0]?.stages.bargeInToSilenceMs;
    expect(silentMs).toBeGreaterThan(0);
    expect(silentMs).toBeLessThanOrEqual(100);
  });
});
