import { describe, expect, it } from 'vitest';
import type { Recollect } from '../../src/pipeline/recalling.ts';
import { recallDeadline, type Material } from '../../src/protocol/material.ts';
import { sleep } from '../../src/lifetime/clock.ts';
import { Scene } from './scene.ts';

const tides: Material = {
  source: 'knowledge',
  id: 'passage-1',
  title: 'tides.pdf',
  text: 'High water is at noon.',
  score: 0.03,
};

/** Finds the tides so long after it is asked, and notes what becomes of each asking. */
function library(afterMs: number) {
  const asked: { text: string; signal: AbortSignal }[] = [];
  const recollect: Recollect = async ({ text }, signal) => {
    asked.push({ text, signal });
    await sleep(scene.clock, afterMs, signal);
    return [tides];
  };
  const scene: Scene = new Scene({ recollect });
  return { scene, asked };
}

describe('recalling for an answer', () => {
  it('begins on the guess, and the answer is written from what it found', async () => {
    const { scene, asked } = library(20);
    await scene.sound(600);
    await scene.silence(300);
    expect(asked.map(({ text }) => text)).toEqual(['Where is the harbour?']);
    expect(scene.prompts.at(-1)?.material).toEqual([tides]);
    await scene.silence(6_000);
    await scene.end();
    expect(scene.completed().at(-1)).toMatchObject({
      status: 'completed',
      material: [tides],
      stages: { recallMs: 20, speculative: true },
    });
  });

  it('is given up with the guess when the user goes on', async () => {
    const { scene, asked } = library(200);
    await scene.sound(600);
    await scene.silence(220);
    await scene.sound(400);
    expect(asked[0]?.signal.aborted).toBe(true);
    await scene.end();
  });

  it('never holds an answer longer than its deadline, and the answer goes without', async () => {
    const { scene, asked } = library(60_000);
    await scene.sound(600);
    await scene.silence(200 + recallDeadline.agentMs);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(scene.prompts.at(-1)?.material).toEqual([]);
    await scene.silence(6_000);
    await scene.end();
    const record = scene.completed().at(-1);
    expect(record).toMatchObject({ status: 'completed', stages: { recallLate: true } });
    expect(record?.material).toBeUndefined();
  });

  it('that fails is no failure of the answer', async () => {
    const scene = new Scene({ recollect: () => Promise.reject(new Error('the line is gone')) });
    scene.conversation.type('Where is the harbour?');
    await scene.silence(6_000);
    await scene.end();
    expect(scene.completed().at(-1)).toMatchObject({
      status: 'completed',
      stages: { recallMs: 0 },
    });
  });

  it('is not done while there is nothing to look into, and is from the moment there is', async () => {
    const asked: string[] = [];
    let recalls = false;
    const scene = new Scene({
      recalls: () => recalls,
      recollect: ({ text }) => {
        asked.push(text);
        return Promise.resolve([tides]);
      },
    });
    scene.conversation.type('Where is the harbour?');
    await scene.silence(6_000);
    expect(scene.completed().at(-1)?.stages.recallMs).toBeUndefined();
    recalls = true;
    scene.conversation.type('When is high water?');
    await scene.silence(6_000);
    await scene.end();
    expect(asked).toEqual(['When is high water?']);
    expect(scene.completed().at(-1)).toMatchObject({ material: [tides] });
  });

  it('is not done for what nobody said', async () => {
    const { scene, asked } = library(0);
    scene.conversation.greet('Welcome.');
    scene.conversation.react({ text: 'It rains.', mayAbstain: false }, 'whenIdle');
    await scene.silence(6_000);
    await scene.end();
    expect(asked).toEqual([]);
  });
});
