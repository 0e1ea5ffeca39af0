import { afterEach, describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

describe('what was heard of an answer whose next piece is long in coming', () => {
  let scene: Scene;
  afterEach(() => scene.end());

  it('is all of the piece that has sounded, however fast the voice speaks', async () => {
    scene = new Scene();
    const first = 'Of course my dear old friend from the north,';
    scene.llm.script.from({ pieces: [`${first} `, 'the harbour lies below.'], pieceMs: 20_000 });
    scene.tts.script.from({ soundMs: (text) => 30 * text.length });
    scene.conversation.type('Where is the harbour?');
    await scene.silence(10_000);
    scene.conversation.interrupt();
    await scene.silence(100);
    expect(scene.completed()).toMatchObject([{ status: 'interrupted', assistantText: first }]);
  });
});
