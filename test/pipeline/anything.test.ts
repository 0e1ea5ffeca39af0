import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Wish } from '../../src/turn/reaction.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { Scene } from './scene.ts';

type Act = { name: string; run: (scene: Scene) => Promise<void> | undefined };

function act(name: string, run: (scene: Scene) => unknown): Act {
  return {
    name,
    run: (scene) => {
      run(scene);
      return undefined;
    },
  };
}

const long = 'Of course, it lies below the hill. You can walk there. Shall I show you?';
const words = ['', 'mm-hm', 'stop', 'I want to', 'Where is the harbour?', '(coughs)', 'got'];
const wishes: readonly Wish[] = ['never', 'whenIdle', 'always'];
const lengthMs = fc.integer({ min: 1, max: 60 }).map((frames) => 40 * frames);

/** What users, clients and providers do, in any order. */
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: lengthMs.map<Act>((ms) => ({ name: `sound ${ms}`, run: (s) => s.sound(ms) })),
  },
  {
    weight: 6,
    arbitrary: lengthMs.map<Act>((ms) => ({ name: `silence ${ms}`, run: (s) => s.silence(ms) })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({ text: fc.constantFrom(...words), afterMs: fc.constantFrom(0, 100, 700, 2_500) })
      .map((step) =>
        act(`hears "${step.text}" in ${step.afterMs}`, ({ stt }) => stt.script.from(step)),
      ),
  },
  fc.constantFrom(0, 150, 2_000, 6_000).map((firstMs) =>
    act(`thinks for ${firstMs}`, ({ llm }) => {
      llm.script.from({ pieces: long, firstMs, pieceMs: 10 });
    }),
  ),
  fc
    .constantFrom(...wishes)
    .map((wish) =>
      act(`react ${wish}`, ({ conversation }) =>
        conversation.react({ text: 'A bird flies by.', mayAbstain: true }, wish),
      ),
    ),
  fc.boolean().map((on) => act(`hearing ${on}`, (s) => s.conversation.setHearing(on))),
  fc.boolean().map((on) => act(`speaking ${on}`, (s) => s.conversation.setSpeaking(on))),
  fc.constantFrom(
    act('hears nothing', ({ stt }) => {
      stt.script.from({ fails: new ProviderFailed('stt', 'refused', false) });
    }),
    act('type', (s) => s.conversation.type('Hello there')),
    act('interrupt', (s) => s.conversation.interrupt()),
    act('end', (s) => s.conversation.forceEnd()),
    act('mute', (s) => s.conversation.microphoneSilent()),
    act('say', (s) => s.conversation.say('Look at that.')),
    act('context', (s) => s.conversation.contextChanged()),
  ),
);

/** Marks come in pairs, and a turn that was completed is not told again. */
function expectOrder(scene: Scene): void {
  let userSpeaks = false;
  let sounding: string | undefined;
  const completed = new Set<string>();
  for (const event of scene.events) {
    if (event.kind === 'userStartedSpeaking' || event.kind === 'userStoppedSpeaking') {
      expect(userSpeaks, event.kind).toBe(event.kind === 'userStoppedSpeaking');
      userSpeaks = !userSpeaks;
    } else if (event.kind === 'botStartedSpeaking') {
      expect(sounding, event.kind).toBeUndefined();
      sounding = event.turnId;
    } else if (event.kind === 'botStoppedSpeaking') {
      expect(sounding, event.kind).toBe(event.turnId);
      sounding = undefined;
    } else if (event.kind === 'turnCompleted') {
      expect(completed, 'completed twice').not.toContain(event.record.id);
      if (event.record.status !== 'interrupted') completed.add(event.record.id);
    }
  }
  expect({ userSpeaks, sounding }).toEqual({ userSpeaks: false, sounding: undefined });
}

async function expectAnswer(scene: Scene): Promise<void> {
  scene.conversation.setSpeaking(true);
  scene.llm.script.from({ pieces: 'Yes, of course I do.', firstMs: 100, pieceMs: 10 });
  scene.stt.script.from({ text: 'Do you hear me now?', afterMs: 100 });
  const before = scene.completed().length;
  await scene.sound(1_000);
  await scene.silence(12_000);
  expect(scene.completed().slice(before)).toMatchObject([
    { userText: 'Do you hear me now?', status: 'completed' },
  ]);
}

async function expectPeace(acts: readonly Act[]): Promise<void> {
  const scene = new Scene();
  for (const { run } of acts) await run(scene);
  scene.conversation.setHearing(true);
  scene.stt.script.from({ text: '', afterMs: 50 });
  await scene.silence(40_000);
  expect(scene.voice.sounding).toBe(false);
  expectOrder(scene);
  for (const { status } of scene.stored.values()) expect(status).not.toBe('open');
  await expectAnswer(scene);
  await scene.end();
  for (const { log } of [scene.stt, scene.llm, scene.tts]) expect(log.count('running')).toBe(0);
  expect(scene.clock.pending).toBe(0);
}

it(
  'a conversation comes to rest, leaves no turn open and answers what is said next, whatever happened in whatever order',
  { timeout: 180_000 },
  async () => {
    const anyActs = fc.array(anyAct, { minLength: 3, maxLength: 25 });
    await fc.assert(fc.asyncProperty(anyActs, expectPeace), { numRuns: 40 });
  },
);
