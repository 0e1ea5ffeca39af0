import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hearingRateHz } from '../../src/frames/pcm.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { settle } from '../fakes/fake-clock.ts';
import { answer, Scene } from './scene.ts';

describe('a conversation', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(async () => {
    await scene.end();
    expect(scene.stt.log.count('running')).toBe(0);
    expect(scene.llm.log.count('running')).toBe(0);
    expect(scene.tts.log.count('running')).toBe(0);
  });

  it('forgets nothing that is said beside a noise when a user writes meanwhile', async () => {
    scene.stt.script.from({ text: '', afterMs: 100 });
    await scene.sound(8_500);
    const asked = scene.stt.log.calls.length;
    scene.conversation.type('And the ferry?');
    await scene.sound(1_500);
    expect(scene.stt.log.calls.length).toBe(asked + 1);
    const { samples } = scene.stt.log.calls.at(-1)?.input ?? {};
    // Since the noise was looked at last, two seconds before.
    expect((samples?.length ?? 0) / hearingRateHz).toBeGreaterThan(2);
  });

  it('hears the words in a noise that has just ended when a user writes meanwhile', async () => {
    scene.stt.script.from({ text: '', afterMs: 100 });
    await scene.sound(7_500);
    scene.stt.script.from({ text: 'Where is the inn?', afterMs: 400 });
    await scene.silence(200);
    scene.conversation.type('And the ferry?');
    await scene.silence(2_000);
    const finals = scene.events.flatMap((event) =>
      event.kind === 'userTranscript' && event.final ? [event.text] : [],
    );
    expect(finals).toEqual(['And the ferry?', 'Where is the inn?']);
  });

  it('keeps what each provider worked for a turn, and none of the time in which it was played', async () => {
    await scene.silence(200);
    await scene.sound(1_000);
    await scene.silence(9_000);
    const [record] = scene.completed();
    expect(record?.stages.providers).toMatchObject({
      stt: { ttfbMs: 100 },
      llm: { ttfbMs: 150 },
      tts: { ttfbMs: 80 },
    });
    const { llm, tts } = record?.stages.providers ?? {};
    expect(llm?.processingMs).toBeGreaterThan(150);
    expect(llm?.processingMs).toBeLessThan(600);
    expect(tts?.processingMs).toBeLessThan(1_000);
    expect(record?.usage?.ttsCharacters).toBe(answer.length - 2);
    expect(record?.usage?.sttAudioMs).toBeGreaterThan(1_000);
    expect(record?.usage?.llmPromptTokens).toBeGreaterThan(0);
    expect(record?.usage?.llmCompletionTokens).toBeGreaterThan(answer.length / 5);
  });

  it('counts no model for words that it says as they are', async () => {
    scene.conversation.greet('Welcome.');
    await scene.clock.advance(5_000);
    const [record] = scene.completed();
    expect(record?.stages.providers).not.toHaveProperty('llm');
    expect(record?.usage).toMatchObject({ llmPromptTokens: 0, llmCompletionTokens: 0 });
  });

  it('tells a turn in the order that clients rely on', async () => {
    await scene.silence(200);
    await scene.sound(1_000);
    await scene.silence(8_000);
    const textMarks = ['replyText', 'replyTextEnded'];
    expect(scene.kinds().filter((kind) => !textMarks.includes(kind))).toEqual([
      'userStartedSpeaking',
      'userTranscript',
      'userStoppedSpeaking',
      'userTranscript',
      'replyTextBegan',
      'synthesisBegan',
      'botStartedSpeaking',
      'botStoppedSpeaking',
      'turnCompleted',
    ]);
    const text = scene.events
      .flatMap((event) => (event.kind === 'replyText' ? [event.text] : []))
      .join('');
    expect(text).toBe(answer);
    expect(scene.completed()).toMatchObject([
      {
        userText: 'Where is the harbour?',
        assistantText: answer,
        status: 'completed',
        origin: 'speech',
      },
    ]);
  });

  it('begins the answer before the turn is over and lets it be heard only then', async () => {
    await scene.sound(1_000);
    await scene.silence(300);
    expect(scene.llm.log.calls).toHaveLength(1);
    expect(scene.kinds()).not.toContain('replyTextBegan');
    expect(scene.voice.sounding).toBe(false);
    await scene.silence(200);
    expect(scene.kinds()).toContain('replyTextBegan');
    expect(scene.llm.log.calls).toHaveLength(1);
    const [record] = [...scene.stored.values()];
    expect(record).toMatchObject({ status: 'open', userText: 'Where is the harbour?' });
    await scene.silence(8_000);
    expect(scene.completed()[0]?.stages.speculative).toBe(true);
  });

  it('cancels at the provider what was begun when the user goes on', async () => {
    await scene.sound(800);
    await scene.silence(300);
    await scene.sound(600);
    await scene.silence(60);
    expect(scene.llm.log.count('aborted')).toBe(1);
    expect(scene.kinds()).not.toContain('replyTextBegan');
    await scene.silence(8_000);
    expect(scene.completed()).toHaveLength(1);
  });

  it('transcribes from before the first syllable', async () => {
    await scene.silence(1_000);
    await scene.sound(400);
    await scene.silence(8_000);
    const samples = scene.stt.log.calls[0]?.input.samples.length ?? 0;
    expect(samples).toBeGreaterThanOrEqual((400 + 300) * 16);
    expect(samples).toBeLessThanOrEqual((400 + 900) * 16);
  });

  it('answers nothing when there were no words', async () => {
    scene.stt.script.from({ text: '' });
    await scene.sound(300);
    await scene.silence(3_000);
    expect(scene.llm.log.calls).toHaveLength(0);
    expect(scene.count('userStartedSpeaking')).toBe(scene.count('userStoppedSpeaking'));
    expect(scene.stored.size).toBe(0);
  });

  it('keeps only what was heard when the user interrupts', async () => {
    await scene.sound(1_000);
    await scene.silence(1_600);
    expect(scene.voice.sounding).toBe(true);
    scene.stt.script.from({ text: 'Wait, which hill?', afterMs: 100 });
    await scene.sound(100);
    expect(scene.voice.sounding).toBe(false);
    await scene.sound(400);
    await scene.silence(400);
    const [cut] = scene.completed();
    expect(cut?.status).toBe('interrupted');
    expect(answer.startsWith(cut?.assistantText ?? '?')).toBe(true);
    expect(cut?.assistantText.length).toBeGreaterThan(10);
    expect(cut?.assistantText.length).toBeLessThan(answer.length);
    await scene.silence(9_000);
    expect(scene.prompts.at(-1)?.history.at(-1)?.assistantText).toBe(cut?.assistantText);
    expect(scene.completed()).toHaveLength(2);
  });

  it('goes on from the very sample after a cough or an mm-hm, and tells the client nothing', async () => {
    await scene.sound(1_000);
    await scene.silence(1_600);
    const told = scene.events.length;
    const heardMs = scene.voice.playedMs();
    scene.stt.script.from({ text: 'mm-hm', afterMs: 100 });
    await scene.sound(300);
    await scene.silence(300);
    expect(scene.voice.playedMs() - heardMs).toBeLessThan(400);
    expect(
      scene
        .kinds()
        .slice(told)
        .filter((kind) => kind !== 'replyText'),
    ).toEqual([]);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
  });

  it('keeps what was heard by the times that the voice tells of its words', async () => {
    const soundMs = 3_000;
    // Every piece drawls its first word over all of its sound.
    scene.tts.script.from({
      soundMs,
      words: (text) => [
        { text: text.split(' ')[0] ?? '', startMs: 0, endMs: soundMs - 10 },
        { text: text.split(' ')[1] ?? '', startMs: soundMs - 10, endMs: soundMs },
      ],
    });
    scene.conversation.type('Where is the harbour?');
    await scene.clock.advance(2_800);
    const heardMs = scene.voice.playedMs();
    expect(heardMs).toBeGreaterThan(soundMs / 2);
    expect(heardMs).toBeLessThan(soundMs);
    scene.conversation.interrupt();
    await settle();
    expect(scene.completed()[0]?.assistantText).toBe(answer.split(' ')[0]);
  });

  it('joins what the user adds before the answer could be heard to their turn', async () => {
    scene.llm.script.from({ pieces: answer, firstMs: 2_000 });
    await scene.sound(800);
    await scene.silence(700);
    scene.stt.script.from({ text: 'The old one.', afterMs: 100 });
    await scene.sound(600);
    await scene.silence(12_000);
    expect(scene.prompts.at(-1)?.userText).toBe('Where is the harbour? The old one.');
    expect(scene.stored.size).toBe(1);
    expect(scene.completed().at(-1)).toMatchObject({
      status: 'completed',
      userText: 'Where is the harbour? The old one.',
    });
  });

  it('answers typed text in the same machine, cutting what is running', async () => {
    scene.conversation.type('Hello there');
    await scene.clock.advance(1_000);
    scene.conversation.type('And now?');
    await scene.clock.advance(9_000);
    expect(scene.completed().map(({ userText, status }) => [userText, status])).toEqual([
      ['Hello there', 'interrupted'],
      ['And now?', 'completed'],
    ]);
  });

  it('loses nothing of what the user says while they write', async () => {
    await scene.sound(900);
    scene.conversation.type('And the inn?');
    await scene.sound(600);
    await scene.silence(12_000);
    expect(scene.stt.log.calls[0]?.input.samples.length).toBeGreaterThanOrEqual(1_300 * 16);
    expect(scene.completed().map(({ userText, status }) => [userText, status])).toEqual([
      ['And the inn?', 'interrupted'],
      ['Where is the harbour?', 'completed'],
    ]);
    expect(scene.prompts.at(-1)?.history.map(({ userText }) => userText)).toEqual(['And the inn?']);
  });

  it('is told once of words that come while an alarm for them is set', async () => {
    await scene.sound(760);
    await scene.silence(40);
    scene.conversation.forceEnd();
    await scene.silence(1_000);
    expect(scene.stt.log.calls).toHaveLength(1);
  });

  it('hears a "yes" over the last words of its question as the answer, and asks to the end', async () => {
    scene.llm.script.from({ pieces: ['Shall I take you to the old harbour?'], firstMs: 150 });
    scene.conversation.type('Hello');
    while (!scene.voice.sounding) await scene.silence(20);
    scene.stt.script.from({ text: 'Yes.', afterMs: 100 });
    while (scene.voice.leftMs > 800) await scene.silence(20);
    await scene.sound(260);
    await scene.silence(9_000);
    expect(scene.completed().map(({ userText, status }) => [userText, status])).toEqual([
      ['Hello', 'completed'],
      ['Yes.', 'completed'],
    ]);
    expect(scene.completed()[0]?.assistantText).toBe('Shall I take you to the old harbour?');
  });

  it('ends the turn under music that never pauses, and answers under it', async () => {
    const isAsked = () => scene.count('replyTextBegan') === 0;
    scene.stt.script.from({ text: () => (isAsked() ? 'Where is the harbour?' : ''), afterMs: 100 });
    await scene.sound(14_000);
    expect(scene.completed().map(({ userText }) => userText)).toEqual(['Where is the harbour?']);
    expect(scene.completed()[0]).toMatchObject({ status: 'completed', assistantText: answer });
  });

  it('tells that nobody speaks when a sound that never pauses has no words', async () => {
    scene.stt.script.from({ text: '' });
    await scene.sound(8_000);
    expect(scene.count('userStartedSpeaking')).toBe(1);
    expect(scene.count('userStoppedSpeaking')).toBe(1);
    scene.stt.script.from({ text: 'Where is the inn?', afterMs: 100 });
    await scene.sound(2_000);
    await scene.silence(9_000);
    expect(scene.completed().map(({ userText }) => userText)).toEqual(['Where is the inn?']);
  });

  it('falls silent when asked to and sounds again in the next turn', async () => {
    scene.conversation.type('Hello there');
    await scene.clock.advance(1_500);
    expect(scene.voice.sounding).toBe(true);
    scene.conversation.interrupt();
    expect(scene.voice.sounding).toBe(false);
    await scene.clock.advance(3_000);
    expect(scene.voice.sounding).toBe(false);
    expect(scene.kinds().filter((kind) => kind === 'botStoppedSpeaking')).toHaveLength(1);
    scene.conversation.type('Go on');
    await scene.clock.advance(9_000);
    expect(scene.completed().at(-1)?.status).toBe('completed');
  });

  it('writes only when speech is switched off', async () => {
    scene.conversation.setSpeaking(false);
    scene.conversation.type('Hello there');
    await scene.clock.advance(3_000);
    expect(scene.tts.log.calls).toHaveLength(0);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
    expect(scene.kinds()).not.toContain('botStartedSpeaking');
  });

  it('writes only what was begun on a guess before speech was switched off, too', async () => {
    await scene.sound(800);
    await scene.silence(300);
    expect(scene.llm.log.calls).toHaveLength(1);
    scene.conversation.setSpeaking(false);
    await scene.silence(9_000);
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
    expect(scene.kinds()).not.toContain('botStartedSpeaking');
  });

  it('ends the turn when the microphone is switched off in mid-speech, and hears nothing until it is on again', async () => {
    await scene.sound(600);
    scene.conversation.setHearing(false);
    await scene.sound(400);
    expect(scene.completed()).toHaveLength(0);
    expect(scene.stored.size).toBe(1);
    await scene.silence(9_000);
    const answered = scene.completed().length;
    await scene.sound(800);
    await scene.silence(2_000);
    expect(scene.completed()).toHaveLength(answered);
    scene.conversation.setHearing(true);
    await scene.sound(800);
    await scene.silence(9_000);
    expect(scene.completed()).toHaveLength(answered + 1);
  });

  it('takes up an open turn of a process that died', async () => {
    scene.conversation.resume({
      id: 'lost',
      origin: 'speech',
      userText: 'Where is the harbour?',
      assistantText: 'Of course,',
      status: 'open',
      stages: {},
      startedAt: '2026-01-01T00:00:00.000Z',
    });
    await scene.clock.advance(9_000);
    expect(scene.completed()).toMatchObject([
      { id: 'lost', assistantText: `Of course, ${answer}` },
    ]);
  });

  it('stores the turn as far as it was heard when it is closed', async () => {
    scene.conversation.type('Hello there');
    await scene.clock.advance(1_500);
    await scene.conversation.close();
    const [record] = [...scene.stored.values()];
    expect(record?.status).toBe('interrupted');
    expect(record?.assistantText).not.toBe('');
  });
});

describe('a failing provider costs one turn at most', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  const passing = (stage: 'stt' | 'llm' | 'tts') => new ProviderFailed(stage, 'refused', true);
  const lasting = (stage: 'stt' | 'llm' | 'tts') => new ProviderFailed(stage, 'garbage', false);

  it('tries a second time when a failure may pass, and nobody notices', async () => {
    scene.stt.script.from({ fails: passing('stt') }, { text: 'Where is the harbour?' });
    scene.llm.script.from({ pieces: [], fails: passing('llm') }, { pieces: answer });
    scene.tts.script.from({ soundMs: 0, fails: passing('tts') }, {});
    await scene.sound(800);
    await scene.silence(10_000);
    expect(scene.kinds()).not.toContain('failed');
    expect(scene.completed()).toMatchObject([{ status: 'completed', assistantText: answer }]);
  });

  it('apologises aloud when speech cannot be transcribed', async () => {
    scene.stt.script.from({ fails: lasting('stt') });
    await scene.sound(800);
    await scene.silence(6_000);
    expect(scene.events).toContainEqual(expect.objectContaining({ kind: 'failed', stage: 'stt' }));
    expect(scene.completed()).toMatchObject([{ status: 'aborted', userText: null }]);
    expect(scene.completed()[0]?.assistantText).toContain('Sorry');
  });

  it('does not apologise to a user who only drew breath, and tells once that their words cannot be had', async () => {
    scene.stt.script.from({ fails: lasting('stt') });
    await scene.sound(600);
    await scene.silence(300);
    expect(scene.count('failed')).toBe(0);
    await scene.sound(600);
    await scene.silence(6_000);
    expect(scene.count('failed')).toBe(1);
    expect(scene.completed()).toMatchObject([{ status: 'aborted', userText: null }]);
  });

  it('keeps what was said before with the apology, and answers nothing twice', async () => {
    scene.llm.script.from({ pieces: answer, firstMs: 2_000 });
    await scene.sound(800);
    await scene.silence(700);
    scene.stt.script.from({ fails: lasting('stt') });
    await scene.sound(600);
    await scene.silence(9_000);
    const spoken = scene.completed().filter(({ assistantText }) => assistantText !== '');
    expect(spoken).toMatchObject([{ status: 'aborted', userText: 'Where is the harbour?' }]);
    expect(spoken[0]?.assistantText).toContain('Sorry');
    expect(scene.stored.size).toBe(1);
  });

  it('apologises aloud when the model fails', async () => {
    scene.llm.script.from({ pieces: [], fails: lasting('llm') });
    scene.conversation.type('Hello there');
    await scene.clock.advance(9_000);
    expect(scene.events).toContainEqual(expect.objectContaining({ kind: 'failed', stage: 'llm' }));
    expect(scene.completed()).toMatchObject([{ status: 'aborted', userText: 'Hello there' }]);
    expect(scene.completed()[0]?.assistantText).toContain('Sorry');
    scene.llm.script.from({ pieces: answer });
    scene.conversation.type('Hello again');
    await scene.clock.advance(9_000);
    expect(scene.completed().at(-1)).toMatchObject({ status: 'completed', assistantText: answer });
  });

  it('says what it had when the model breaks off in mid-sentence', async () => {
    scene.llm.script.from({ pieces: 'The harbour lies below', fails: lasting('llm') });
    scene.conversation.type('Hello there');
    await scene.clock.advance(9_000);
    const [record] = scene.completed();
    expect(record?.assistantText).toMatch(/^The harbour lies below Sorry/);
  });

  it('writes what it had and the apology as one text, which ends once', async () => {
    scene.llm.script.from({ pieces: 'The harbour lies below', fails: lasting('llm') });
    scene.conversation.type('Hello there');
    await scene.clock.advance(9_000);
    expect(scene.completed()).toHaveLength(1);
    for (const kind of ['replyTextBegan', 'replyTextEnded', 'synthesisBegan'] as const)
      expect(scene.count(kind)).toBe(1);
    const text = scene.events.flatMap((event) => (event.kind === 'replyText' ? [event.text] : []));
    expect(text.join('')).toMatch(/^The harbour lies below Sorry/);
  });

  it('aborts the turn when its sound cannot be made', async () => {
    scene.tts.script.from({ soundMs: 0, fails: lasting('tts') });
    scene.conversation.type('Hello there');
    await scene.clock.advance(9_000);
    await settle();
    expect(scene.events).toContainEqual(
      expect.objectContaining({ kind: 'turnCompleted', abortReason: 'audio_delivery_failed' }),
    );
    expect(scene.llm.log.count('running')).toBe(0);
  });

  it('hears out what it has when the sound of a later piece cannot be made, and can be interrupted meanwhile', async () => {
    scene.llm.script.from({ pieces: 'The harbour lies below. The church stands above it.' });
    scene.tts.script.from({ soundMs: 3_000 }, { soundMs: 0, fails: lasting('tts') });
    scene.conversation.type('Hello there');
    await scene.clock.advance(2_000);
    expect(scene.completed()).toEqual([]);
    await scene.clock.advance(2_000);
    await settle();
    expect(scene.voice.sounding).toBe(false);
    expect(scene.completed()).toMatchObject([
      { status: 'aborted', assistantText: 'The harbour lies below.' },
    ]);
    scene.tts.script.from({ soundMs: 3_000 }, { soundMs: 0, fails: lasting('tts') });
    scene.conversation.type('Hello again');
    await scene.clock.advance(1_000);
    scene.conversation.interrupt();
    await scene.clock.advance(100);
    expect(scene.voice.sounding).toBe(false);
    expect(scene.completed().at(-1)).toMatchObject({ status: 'interrupted' });
  });
});
