import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apology } from '../../src/prompt/apology.ts';
import { ProviderFailed, type ProviderStage } from '../../src/providers/provider-failed.ts';
import { settle } from '../fakes/fake-clock.ts';
import { AnyConversation, ferryLine, type Act, type Course } from './any-conversation.ts';

const of = fc.constantFrom;
/** The pace of the scripted voice. */
const msPerLetter = 60;
const failing = (stage: ProviderStage) =>
  fc.boolean().map((passes) => new ProviderFailed(stage, 'unreachable', passes));

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: of('speak'),
      ms: of(160, 320, 640, 1_200, 2_600),
      words: of('', 'mm-hm', 'Where is *?', 'I saw *.', '* perhaps', 'I want to see * and'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ does: of('listen'), ms: of(80, 160, 320, 600, 1_000, 2_400) }),
  },
  fc.record({ does: of('stall'), ms: of(200, 900) }),
  fc.record({
    does: of('type', 'interrupt', 'forceEnd', 'mute', 'unmute', 'unplug', 'line', 'renew'),
  }),
  fc.record({
    does: of('trigger'),
    mayAbstain: fc.boolean(),
    wish: of('never', 'whenIdle', 'always'),
  }),
  fc.record({ does: of('voice'), isOn: fc.boolean() }),
);
const lateMs = of(0, 20, 150, 400, 900, 3_000);
const pieceMs = of(0, 10, 200);
const gapMs = of(0, 60, 400);
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 6 });
const anyCourse: fc.Arbitrary<Course> = fc.record({
  acts: fc.array(anyAct, { minLength: 3, maxLength: 16 }),
  stt: fc.oneof(
    some(fc.record({ text: of(''), afterMs: of(0, 100, 300) })),
    some(
      fc.oneof(
        fc.record({ text: of(''), afterMs: lateMs }),
        fc.record({ fails: failing('stt'), afterMs: lateMs }),
      ),
    ),
  ),
  llm: some(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ firstMs: lateMs, pieceMs }) },
      fc.record({ firstMs: lateMs, pieceMs, fails: failing('llm') }),
    ),
  ),
  answers: some(of('lies below. You can walk there.', 'is it?', '')),
  tts: some(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ firstMs: lateMs, gapMs }) },
      fc.record({ firstMs: lateMs, gapMs, fails: failing('tts') }),
    ),
  ),
  tellsPartials: fc.boolean(),
});

/** @param check is given what came of it */
async function whatever(
  check: (conversation: AnyConversation) => Promise<void> | void,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyCourse, async (course) => {
      const conversation = new AnyConversation(course);
      try {
        for (const act of course.acts) await conversation.do(act);
        await check(conversation);
      } finally {
        await conversation.scene.end();
      }
    }),
    { numRuns },
  );
}

const apologies = [apology('hearing', 'en-US'), apology('thinking', 'en-US')];

/** Whether a text is where a whole one was broken off between two words, or is all of it. */
const isBegunOf = (whole: string, text: string) =>
  `${whole.trim()} `.startsWith(text === '' ? '' : `${text} `);

describe('a conversation, whatever happens in whatever order', () => {
  it('answers everything that is said once, or tells that it could not be heard', async () => {
    await whatever(async (conversation) => {
      await conversation.letGo();
      const { scene, said } = conversation;
      const turns = [...scene.stored.values()];
      for (const one of said) {
        const answering = turns.filter(({ userText }) => userText?.includes(one.name));
        expect(answering.length, `turns of "${one.text}"`).toBeLessThanOrEqual(1);
        if (one.isOwed && !conversation.isToldUnheard(one))
          expect(answering.length, `turns of "${one.text}"`).toBe(1);
      }
      for (const { id, status } of turns) {
        expect(status, id).not.toBe('open');
        const ends = scene.completed().filter((record) => record.id === id);
        const final = ends.filter(
          (end) => end.status !== 'interrupted' || end.assistantText !== '',
        );
        expect(final.length, `ends of ${id}`).toBeLessThanOrEqual(1);
      }
    }, 80);
  });

  it('lets no answer sound before its turn or after its end, and remembers what was played of it', async () => {
    await whatever(async (conversation) => {
      await conversation.letGo();
      const { scene, voice, written } = conversation;
      expect(voice.trespasses).toEqual([]);
      for (const { id, assistantText } of scene.stored.values()) {
        const [own = '', sorry = ''] = ` ${assistantText}`
          .split(/ (?=Sorry)/)
          .map((part) => part.trim());
        expect(
          [...written, ferryLine, ''].some((whole) => isBegunOf(whole, own)),
          own,
        ).toBe(true);
        expect(
          apologies.some((whole) => isBegunOf(whole, sorry)),
          sorry,
        ).toBe(true);
        const words = assistantText.split(' ');
        const surelyPlayed = words.slice(0, -1).join('').length * msPerLetter;
        if (conversation.isSpokenThroughout)
          expect(voice.heardMs(id), assistantText).toBeGreaterThanOrEqual(surelyPlayed);
      }
    }, 80);
  });

  it('tells of speech in pairs, and of no turn again that was completed', async () => {
    await whatever(async (conversation) => {
      await conversation.letGo();
      let userSpeaks = false;
      let sounding: string | undefined;
      const completed = new Set<string>();
      for (const event of conversation.scene.events) {
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
    }, 80);
  });

  it('leaves nothing running behind when it is closed', async () => {
    await whatever(async (conversation) => {
      const { scene, stt, voice } = conversation;
      await scene.end();
      await settle();
      const told = scene.events.length;
      expect(conversation.running).toBe(0);
      expect(stt.openLines).toBe(0);
      expect(scene.clock.pending).toBe(0);
      await scene.clock.advance(5_000);
      expect(scene.events.length).toBe(told);
      expect(voice.leftMs).toBe(0);
      expect(voice.trespasses).toEqual([]);
    }, 120);
  });
});
