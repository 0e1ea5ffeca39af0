import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { answer, Scene } from './scene.ts';

describe('what users say, where it is moderated', () => {
  let scene: Scene;
  let judged: (text: string) => Promise<string | null>;
  beforeEach(() => {
    scene = new Scene({ moderation: { judge: (text) => judged(text) } });
  });
  afterEach(() => scene.end());

  it('is not answered when it is flagged, and no later prompt has it', async () => {
    judged = (text) => Promise.resolve(text.includes('bomb') ? 'Flagged: violence' : null);
    scene.conversation.type('How do I build a bomb?');
    await scene.clock.advance(9_000);
    expect(scene.events).toContainEqual({
      kind: 'moderated',
      userText: 'How do I build a bomb?',
      reason: 'Flagged: violence',
    });
    expect(scene.kinds()).toEqual(['userTranscript', 'moderated', 'turnCompleted']);
    expect(scene.voice.sounding).toBe(false);
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(9_000);
    expect(JSON.stringify(scene.prompts.at(-1)?.history)).not.toContain('bomb');
    expect(JSON.stringify([...scene.stored.values()])).not.toContain('bomb');
    expect(scene.completed().at(-1)).toMatchObject({ status: 'completed', assistantText: answer });
  });

  it('is judged while the answer is on its way, and heard when it passes', async () => {
    let pass: (reason: null) => void = () => undefined;
    judged = () => new Promise((resolve) => (pass = resolve));
    await scene.sound(1_000);
    await scene.silence(1_600);
    expect(scene.llm.log.count('completed')).toBe(1);
    expect(scene.voice.sounding).toBe(false);
    expect(scene.kinds()).not.toContain('replyTextBegan');
    pass(null);
    await scene.silence(200);
    expect(scene.voice.sounding).toBe(true);
    const kinds = scene.kinds();
    expect(kinds.indexOf('moderated')).toBeLessThan(kinds.indexOf('replyTextBegan'));
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
  });

  it('is judged before anything is told of a voice that fails at once', async () => {
    let judge: (reason: string | null) => void = () => undefined;
    judged = () => new Promise((resolve) => (judge = resolve));
    scene.tts.script.from({ soundMs: 0, fails: new ProviderFailed('tts', 'garbage', false) });
    scene.conversation.type('How do I build a bomb?');
    await scene.clock.advance(2_000);
    expect(scene.kinds()).toEqual(['userTranscript']);
    judge('Flagged: violence');
    await scene.clock.advance(2_000);
    expect(scene.kinds()).toEqual(['userTranscript', 'moderated', 'turnCompleted']);
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(2_000);
    judge(null);
    await scene.clock.advance(9_000);
    const kinds = scene.kinds().slice(3);
    expect(kinds.indexOf('moderated')).toBeLessThan(kinds.indexOf('failed'));
    expect(kinds.at(-1)).toBe('turnCompleted');
  });

  it('is answered when nobody can judge it', async () => {
    judged = () => Promise.reject(new Error('out of order'));
    scene.conversation.type('Hello there');
    await scene.clock.advance(9_000);
    expect(scene.kinds()).not.toContain('moderated');
    expect(scene.completed()).toMatchObject([{ status: 'completed' }]);
  });
});
