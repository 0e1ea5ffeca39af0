import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ActionConfig } from '../../src/protocol/action-config.ts';
import { EmotionConfig } from '../../src/protocol/connect.ts';
import { bareStage, type Stage } from '../../src/script/stage.ts';
import { answer, Scene } from './scene.ts';

describe('what an answer holds besides words', () => {
  let scene: Scene;
  const acting: Stage = {
    ...bareStage,
    actions: ActionConfig.parse({
      actions: ['Move To', 'Wave'],
      objects: [{ name: 'cube' }],
      current_attention_object: 'cube',
    }),
    emotion: EmotionConfig.parse({}),
  };
  beforeEach(() => {
    scene = new Scene();
    scene.stage = acting;
  });
  afterEach(() => scene.end());

  const ask = async (pieces: string | string[], text = 'Go there') => {
    scene.llm.script.from({ pieces, firstMs: 150, pieceMs: 2 });
    scene.conversation.type(text);
    await scene.clock.advance(9_000);
  };
  const written = () =>
    scene.events.flatMap((event) => (event.kind === 'replyText' ? [event.text] : [])).join('');

  it.each([
    ['behind its words', 'Then come along. [next: 2]', 'c'],
    ['before them, as Convai has it', '1|||Then come along.', 'b'],
    ['with a number that is no way', 'Then come along. [next: 7]', undefined],
    ['not at all', 'Then come along.', undefined],
  ])('leads the story on where the model judges so %s', async (_, reply, to) => {
    scene.stage = {
      ...bareStage,
      ways: { from: 'a', to: ['b', 'c'] },
      opening: { ...bareStage.opening, narrative: true },
    };
    await ask(reply, 'Yes, please');
    expect(written().trim()).toBe('Then come along.');
    const kinds = scene.kinds();
    expect(kinds.includes('story')).toBe(to !== undefined);
    if (to === undefined) return;
    expect(scene.events).toContainEqual(expect.objectContaining({ kind: 'story', from: 'a', to }));
    expect(kinds.indexOf('story')).toBeGreaterThan(kinds.indexOf('replyTextEnded'));
  });

  it('is told before the sound, and neither written, spoken nor remembered', async () => {
    await ask('**Sure**, I am on my way 🙂. [do: Move To it] [do: Fly] [do: Wave] [feel: happy 3]');
    expect(scene.kinds().filter((kind) => kind !== 'replyText')).toEqual([
      'userTranscript',
      'replyTextBegan',
      'emotion',
      'replyTextEnded',
      'actions',
      'synthesisBegan',
      'botStartedSpeaking',
      'botStoppedSpeaking',
      'turnCompleted',
    ]);
    expect(scene.events).toContainEqual(
      expect.objectContaining({
        kind: 'actions',
        actions: [{ name: 'Move To', target: 'cube' }, { name: 'Wave' }],
      }),
    );
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'emotion', emotion: { emotion: 'joy', scale: 3 } }),
    );
    expect(written().trim()).toBe('Sure, I am on my way 🙂.');
    expect(scene.tts.log.calls.map(({ input }) => input.text).join(' ')).toBe(
      'Sure, I am on my way.',
    );
    expect(scene.completed()[0]?.assistantText).toBe('Sure, I am on my way 🙂.');
  });

  const called = (actions: object[]) => [
    { name: 'emit_actions', json: JSON.stringify({ actions }) },
    { name: 'emit_actions', json: 'no json' },
    { name: 'rm', json: '{"actions":[{"name":"Wave"}]}' },
  ];

  it('acts by calls where the model takes them', async () => {
    scene.llm.script.from({
      pieces: 'Sure, on my way. [do: Wave]',
      calls: called([
        { name: 'Move To', target: 'cube' },
        { name: 'Fly', target: 'cube' },
        { name: 'Wave', target: 'moon' },
        { name: 'Wave', target: null },
      ]),
    });
    scene.conversation.type('Go there');
    await scene.clock.advance(9_000);
    expect(scene.events).toContainEqual(
      expect.objectContaining({
        kind: 'actions',
        actions: [{ name: 'Move To', target: 'cube' }, { name: 'Wave' }],
      }),
    );
    expect(scene.llm.log.calls[0]?.input.tools).toEqual(['emit_actions']);
  });

  it('goes to the one who asked, of several', async () => {
    const characters = [{ name: 'Ann' }, { name: 'Bob' }];
    scene.stage = {
      ...acting,
      actions: ActionConfig.parse({ actions: ['Move To'], characters }),
      speakerName: 'Ann',
    };
    scene.llm.script.from({ pieces: 'I am coming. [do: Move To me]' });
    const bob = { identity: 'human:2', speakerId: '2', speakerName: 'Bob' };
    scene.conversation.type('Come here', bob);
    await scene.clock.advance(9_000);
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'actions', actions: [{ name: 'Move To', target: 'Bob' }] }),
    );
  });

  it('asks once more for marks when the model takes no calls', async () => {
    scene.llm.script.from({ pieces: 'Sure. [do: Wave]', calls: 'unfit' });
    scene.conversation.type('Wave, please');
    await scene.clock.advance(9_000);
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'actions', actions: [{ name: 'Wave' }] }),
    );
    const [refused, asked] = scene.llm.log.calls.map(({ input }) => input);
    expect(refused?.messages[0]?.content).toContain('call emit_actions');
    expect(asked?.tools).toEqual([]);
    expect(asked?.messages[0]?.content).toContain('[do: Move To cube]');
    expect(scene.kinds()).not.toContain('failed');
  });

  it('offers no function where nothing can be done', async () => {
    scene.stage = bareStage;
    await ask('Hello there.');
    expect(scene.llm.log.calls[0]?.input.tools).toEqual([]);
    expect(scene.llm.log.calls[0]?.input.messages[0]?.role).toBe('user');
  });

  it('goes by the contract as it is when the answer begins', async () => {
    await ask('Yes. [do: Wave]');
    scene.stage = { ...acting, actions: ActionConfig.parse({ actions: ['Bow'] }) };
    await ask('Yes. [do: Wave] [do: Bow]');
    expect(
      scene.events.flatMap((event) => (event.kind === 'actions' ? event.actions : [])),
    ).toEqual([{ name: 'Wave' }, { name: 'Bow' }]);
  });

  it('keeps what was written and makes no sound, where it stands', async () => {
    await ask('I like that a lot! 🙂 🎉');
    expect(scene.completed()[0]?.assistantText).toBe('I like that a lot! 🙂 🎉');
    await ask('🙂');
    expect(scene.completed()[1]).toMatchObject({ assistantText: '🙂', status: 'completed' });
    expect(scene.tts.log.calls.map(({ input }) => input.text)).toEqual(['I like that a lot!']);
  });

  it('tells an emotion as soon as it is marked, once', async () => {
    await ask('I miss the sea. [feel: sad] And all that was there. [feel: joy]');
    const kinds = scene.kinds();
    expect(kinds.indexOf('emotion')).toBeLessThan(kinds.lastIndexOf('replyText'));
    expect(kinds.indexOf('emotion')).toBeLessThan(kinds.indexOf('botStartedSpeaking'));
    expect(kinds.filter((kind) => kind === 'emotion')).toHaveLength(1);
  });

  it('reads the emotion from the words when the model marks none', async () => {
    await ask('I am so happy to see you again, my friend!');
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'emotion', emotion: { emotion: 'joy', scale: 3 } }),
    );
    scene.stage = bareStage;
    await ask('I am so happy to see you again, my friend!');
    expect(scene.count('emotion')).toBe(1);
  });

  it('stays silent when the model would rather say nothing, and keeps the turn', async () => {
    await ask(['[AB', 'STAIN]']);
    expect(scene.kinds()).toEqual([
      'userTranscript',
      'replyTextBegan',
      'replyTextEnded',
      'noResponse',
      'turnCompleted',
    ]);
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'noResponse', reason: 'abstain' }),
    );
    expect(scene.tts.log.calls).toHaveLength(0);
    expect(scene.completed()).toMatchObject([
      { userText: 'Go there', assistantText: '', status: 'completed' },
    ]);
    await ask('Here I am.', 'And now?');
    expect(scene.prompts.at(-1)?.history.at(-1)?.assistantText).toBe('');
    expect(scene.completed().at(-1)?.assistantText).toBe('Here I am.');
  });

  it('is asked for once more where silence is no answer', async () => {
    scene.llm.script.from({ pieces: '[ABSTAIN]' }, { pieces: 'Look, a dragon!' });
    scene.conversation.react({ text: 'A dragon lands.', mayAbstain: false }, 'always');
    await scene.clock.advance(9_000);
    expect(scene.count('noResponse')).toBe(0);
    expect(scene.completed()).toMatchObject([{ assistantText: 'Look, a dragon!' }]);
    scene.llm.script.from({ pieces: '[ABSTAIN]' });
    scene.conversation.react({ text: 'It leaves.', mayAbstain: true }, 'always');
    await scene.clock.advance(9_000);
    expect(scene.count('noResponse')).toBe(1);
    expect(scene.llm.log.calls).toHaveLength(3);
    scene.conversation.react({ text: 'It is back.', mayAbstain: false }, 'always');
    await scene.clock.advance(9_000);
    expect(scene.count('noResponse')).toBe(2);
    expect(scene.llm.log.calls).toHaveLength(5);
  });

  it('does without saying a word what needs none', async () => {
    await ask('[do: Wave]');
    expect(scene.count('actions')).toBe(1);
    expect(scene.count('noResponse')).toBe(0);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: '' }]);
  });

  it('says so when nothing came at all', async () => {
    await ask('tool_code: look()');
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'noResponse', reason: undefined }),
    );
  });

  it('never tells the actions of an answer that was only begun on a guess', async () => {
    scene.llm.script.from(
      { pieces: 'Sure, at once. [do: Move To cube]' },
      { pieces: 'Both, then. [do: Wave]' },
    );
    await scene.sound(800);
    await scene.silence(300);
    expect(scene.llm.log.count('completed')).toBe(1);
    await scene.sound(600);
    await scene.silence(8_000);
    expect(
      scene.events.flatMap((event) => (event.kind === 'actions' ? event.actions : [])),
    ).toEqual([{ name: 'Wave' }]);
  });

  it('tells no actions of an answer that was cut before the model had written it all', async () => {
    scene.llm.script.from({ pieces: `${answer} [do: Move To cube]`, pieceMs: 300 });
    scene.conversation.type('Go there');
    await scene.clock.advance(1_000);
    expect(scene.voice.sounding).toBe(true);
    scene.conversation.interrupt();
    await scene.clock.advance(9_000);
    expect(scene.count('actions')).toBe(0);
    expect(scene.completed()).toMatchObject([{ status: 'interrupted' }]);
  });

  it('does not hold the first clause for marks that follow it', async () => {
    await ask('Sure, I am going now. [do: Move To cube]');
    const marked = scene.completed()[0]?.stages;
    scene = new Scene();
    await ask('Sure, I am going now. Follow me.');
    const plain = scene.completed()[0]?.stages;
    expect(marked?.firstClauseMs).toBe(plain?.firstClauseMs);
    expect(marked?.firstSoundMs).toBe(plain?.firstSoundMs);
  });
});
