import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, Scene } from './scene.ts';

describe('an answer that is taken back before a sound of it', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    scene.llm.script.from({ pieces: answer, firstMs: 1_000 });
  });
  afterEach(() => scene.end());

  const statuses = () => [...scene.stored.values()].map(({ status }) => status);

  it('leaves no turn open where nobody had said a word', async () => {
    scene.conversation.react({ text: 'A bird flies by.', mayAbstain: true }, 'always');
    await scene.silence(100);
    scene.conversation.say('Look at that.');
    await scene.silence(15_000);
    expect(scene.llm.log.calls).toHaveLength(2);
    expect(statuses()).not.toContain('open');
  });

  it('is given under the same turn where a user had spoken', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.silence(100);
    scene.conversation.say('Look at that.');
    await scene.silence(15_000);
    expect(statuses()).toEqual(['completed', 'completed']);
  });

  it('is history, and its turn over, when silence is asked for meanwhile', async () => {
    scene.conversation.type('Where is the harbour?');
    await scene.silence(100);
    scene.conversation.say('Look at that.');
    await scene.silence(100);
    scene.conversation.interrupt();
    await scene.silence(15_000);
    expect(statuses()).toEqual(['interrupted', 'interrupted']);
    scene.conversation.type('Are you there?');
    await scene.silence(15_000);
    const history = scene.prompts.at(-1)?.history ?? [];
    expect(history.map(({ userText }) => userText)).toContain('Where is the harbour?');
  });
});
