import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';

describe('a machine that stands still', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  const finals = () =>
    scene.events.filter((event) => event.kind === 'userTranscript' && event.final).length;

  it('does not take its own stand-still for the silence of a user who goes on', async () => {
    await scene.sound(800);
    await scene.silence(200);
    await scene.standStill(['silence', 100], ['sound', 1_400]);
    await scene.sound(200);
    expect(finals()).toBe(0);
    await scene.silence(1_000);
    expect(finals()).toBe(1);
  });

  it('ends the turn at once when the user was silent for long enough meanwhile', async () => {
    await scene.sound(800);
    await scene.silence(200);
    await scene.standStill(['silence', 1_500]);
    await scene.silence(60);
    expect(finals()).toBe(1);
  });

  it('hears what was said meanwhile, and answers it without another wait', async () => {
    await scene.silence(500);
    await scene.standStill(['silence', 400], ['sound', 800], ['silence', 700]);
    await scene.silence(240);
    expect(finals()).toBe(1);
  });

  it('counts the stages of a turn from when the user fell silent, not from when that was noticed', async () => {
    await scene.sound(800);
    await scene.standStill(['silence', 1_000]);
    await scene.silence(9_000);
    const [turn] = scene.completed();
    expect(turn?.stages.transcriptMs).toBeGreaterThanOrEqual(1_000);
    expect(turn?.stages.endpointMs).toBeGreaterThanOrEqual(1_000);
    expect(turn?.stages.endpointMs).toBeLessThan(1_400);
  });

  it('answers at all when the microphone tells nothing any more', async () => {
    await scene.sound(800);
    await scene.silence(60);
    await scene.clock.advance(4_000);
    expect(finals()).toBe(1);
  });
});
