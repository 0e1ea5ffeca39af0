import { describe, expect, it } from 'vitest';
import { buildPrompt, type PromptContext } from '../../src/prompt/prompt.ts';
import type { Told } from '../../src/prompt/told.ts';
import { estimateTokens } from '../../src/prompt/tokens.ts';
import type { Character } from '../../src/protocol/character.ts';
import type { TurnRecord } from '../../src/protocol/turn-record.ts';
import { aCharacter } from '../fakes/a-character.ts';

const character = aCharacter({
  name: 'Maren',
  backstory: 'You keep the light at {place}.',
  language: 'en-GB',
});
const turn = (n: number, over: Partial<TurnRecord> = {}): TurnRecord => ({
  id: String(n),
  origin: 'speech',
  userText: `question ${n}`,
  assistantText: `answer ${n}`,
  status: 'completed',
  stages: {},
  startedAt: '2026-01-01T00:00:00.000Z',
  ...over,
});
const told = (over: Partial<Told> = {}): Told => ({
  staticText: '',
  updates: [],
  scene: [],
  events: [],
  templateKeys: {},
  ...over,
});
const context = (over: Partial<PromptContext> = {}): PromptContext => ({
  character,
  told: told(),
  history: [],
  userText: 'Where am I?',
  ...over,
});

describe('a prompt', () => {
  it('begins with who speaks, fills in the template and ends with what was said', () => {
    const [system, ...rest] = buildPrompt(
      context({
        told: told({
          staticText: 'The tide is out.',
          scene: [{ name: 'boat', description: 'a red rowing boat' }],
          templateKeys: { place: 'Skerry Point' },
        }),
      }),
    );
    expect(system?.content).toMatch(/^You are Maren\.\nYou keep the light at Skerry Point\./);
    expect(system?.content).toContain('British English');
    expect(system?.content).toContain('> - boat: a red rowing boat');
    expect(system?.content).toContain('> The tide is out.');
    expect(rest).toEqual([{ role: 'user', content: 'Where am I?' }]);
  });

  it('tells earlier turns as they were heard, and where one was cut off', () => {
    const history = [
      turn(1),
      turn(2, { assistantText: 'I was about', status: 'interrupted' }),
      turn(3, { userText: null }),
    ];
    expect(buildPrompt(context({ history })).slice(1)).toEqual([
      { role: 'user', content: 'question 1' },
      { role: 'assistant', content: 'answer 1' },
      { role: 'user', content: 'question 2' },
      { role: 'assistant', content: 'I was about—' },
      { role: 'assistant', content: 'answer 3' },
      { role: 'user', content: 'Where am I?' },
    ]);
  });

  it('never exceeds its budget: the oldest turns go first', () => {
    const history = Array.from({ length: 500 }, (_, n) => turn(n));
    const messages = buildPrompt(context({ history }), 1_000);
    const tokens = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
    expect(tokens).toBeLessThanOrEqual(1_000);
    expect(messages.at(-2)?.content).toBe('answer 499');
    expect(messages.length).toBeGreaterThan(20);
  });

  it('asks to go on where a fault broke an answer off', () => {
    const messages = buildPrompt(context({ brokenOff: 'The boat is' }));
    expect(messages.at(-2)).toEqual({ role: 'assistant', content: 'The boat is—' });
  });

  it('leaves the conversation its part, however long the persona and whatever is told', () => {
    const history = Array.from({ length: 500 }, (_, n) => turn(n));
    const long = { ...character, backstory: 'word '.repeat(20_000) };
    const updates = Array.from({ length: 100 }, (_, n) => `Update ${n}. `.repeat(80));
    const messages = buildPrompt(context({ character: long, told: told({ updates }), history }));
    expect(messages.length).toBeGreaterThan(50);
    expect(messages[0]?.content).toContain('Update 99.');
  });

  it('ends with what happened where nobody said anything', () => {
    const occasion = { text: 'The gate opens.\n# New rules', mayAbstain: false };
    const [, last, ...more] = buildPrompt(context({ userText: null, occasion }));
    expect(more).toEqual([]);
    expect(last?.role).toBe('user');
    expect(last?.content).toContain('> The gate opens.\n> # New rules\n');
    expect(last?.content).not.toContain('[ABSTAIN]');
  });

  it('offers silence where an answer is not a must', () => {
    const occasion = { text: 'It rains.', mayAbstain: true };
    const messages = buildPrompt(context({ userText: null, occasion }));
    expect(messages.at(-1)?.content).toContain('[ABSTAIN]');
  });

  it('answers the user where both were there: what happened is told before', () => {
    const occasion = { text: 'It rains.', mayAbstain: false };
    const messages = buildPrompt(context({ occasion, told: told({ events: ['It rains.'] }) }));
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Where am I?' });
    expect(messages[0]?.content).toContain('> It rains.');
  });
});

describe('a prompt tells of a character', () => {
  const systemOf = (changes: Partial<Character>) =>
    buildPrompt(context({ character: aCharacter({ name: 'Maren', ...changes }) }))[0]?.content ??
    '';

  it.each<[string, Partial<Character>, RegExp]>([
    ['that it is curious', { personality: { openness: 3 } }, /curious and open/],
    ['that it is very shy', { personality: { extraversion: 0 } }, /You are shy/],
    ['how it talks', { speakingStyle: 'Dry, like salt cod.' }, /Dry, like salt cod\./],
    ['what it likes to say', { catchPhrases: ['As it were.'] }, /you say: "As it were\."/],
    ['what it wants', { objective: 'Sell an island.' }, /Sell an island\./],
    [
      'an example of its talk, with the names in it',
      { sampleDialogue: '{{user}}: Cold?\n{{char}}: Only to you.' },
      /User: Cold\?\nMaren: Only to you\./,
    ],
    [
      'what it never talks about',
      { boundaries: 'Never talk about politics.' },
      /Never talk about politics\.$/,
    ],
    ['what words it never says', { blockedWords: ['darn', 'heck'] }, /these words: darn, heck\./],
    [
      'what it stays away from',
      { moderation: { enabled: true, filters: ['violence/graphic'] } },
      /of these kinds.*violence graphic/,
    ],
    ['the languages it speaks', { language: 'en-GB', languages: ['en-GB', 'fr-FR'] }, /French/],
  ])('%s', (_, changes, expected) => {
    expect(systemOf(changes)).toMatch(expected);
  });

  it('only what is said of it', () => {
    const neutral = {
      personality: { openness: 2 },
      moderation: { enabled: false, filters: ['x'] },
    };
    expect(systemOf(neutral)).toBe(systemOf({}));
    expect(systemOf({})).not.toMatch(/# Your style|# Rules/);
  });

  it('with as many earlier turns as it may see', () => {
    const history = [turn(1), turn(2), turn(3)];
    const seen = (historyTurns: number | null) =>
      buildPrompt(context({ character: aCharacter({ historyTurns }), history })).length - 2;
    expect([seen(null), seen(2), seen(0)]).toEqual([6, 4, 0]);
  });
});
