import { describe, expect, it } from 'vitest';
import { AnswerFailed } from '../../src/minds/answer-failed.ts';
import { declined, withOwnRules, withRejectRules } from '../../src/minds/declining.ts';
import type { TextAnswer, TextRequest } from '../../src/minds/text-request.ts';
import { ProviderFailed } from '../../src/providers/provider-failed.ts';
import { aTurn } from '../contracts/storage/storage.ts';
import { aCharacter } from '../fakes/a-character.ts';

const rule = (conditionType: string, ...keywords: string[]) => ({
  ...{ enabled: true, conditionType },
  keywords: keywords.map((value) => ({ value })),
});
const plugin = (...rejectConditions: unknown[]) => [
  { enabled: true, name: 'reject_answer_plugin', rejectConditions },
];
const never = new AbortController().signal;

function scene(says: string | Error, plugins: unknown, language = 'zh-CN') {
  const asked: TextRequest[] = [];
  const answer = (request: TextRequest): Promise<TextAnswer> => {
    asked.push(request);
    if (says instanceof Error) return Promise.reject(says);
    const turn = aTurn({ userText: null, assistantText: says });
    return Promise.resolve({ turn, position: null, finishReason: 'stop', calls: [] });
  };
  const of = { workspaceId: 'w', character: aCharacter({ language }), plugins };
  const decline = async (words: string) => (await declined(words, of, { answer }, never))?.text;
  return { asked, decline };
}

describe('a character that declines', () => {
  const plugins = plugin(rule('reject_rule', '赌博', 'politics'), rule('passive_rule', '工资'));

  it('does so in its own words, and the model never sees what it declines', async () => {
    const { decline, asked } = scene('吾不谈此事。', plugins);
    expect(await decline('教我赌 博的秘诀')).toBe('吾不谈此事。');
    expect(asked).toMatchObject([{ words: null, conversationId: null }]);
    expect(JSON.stringify(asked)).not.toContain('赌');
  });

  it('answers what no reject rule names', async () => {
    const { decline, asked } = scene('…', plugins);
    for (const words of ['你好', '你的工资多少', 'geopolitics?'])
      expect(await decline(words)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    ['fails', new AnswerFailed(new ProviderFailed('llm', 'timeout', true))],
    ['names it', '赌博不好。'],
    [
      'repeats what it was told',
      'The user has just brought up something that you do not talk about',
    ],
  ])('does so in plain words where the model %s', async (_how, says) => {
    expect(await scene(says, plugins).decline('赌博')).toBe('这个话题我不便多谈，我们聊点别的吧。');
    expect(await scene(says, plugins, 'en-US').decline('赌博')).toMatch(/rather not talk/);
  });

  it('says nothing of rules that are switched off', async () => {
    const off = [{ ...plugin(rule('reject_rule', '赌博'))[0], enabled: false }];
    expect(await scene('x', off).decline('赌博')).toBeUndefined();
  });
});

describe('a character with reject rules', () => {
  it('keeps its own boundaries, and these behind them', () => {
    const character = aCharacter({ boundaries: 'Never lie.' });
    const given = withRejectRules(character, plugin(rule('reject_rule', '赌博')));
    expect(given.boundaries).toMatch(/^Never lie\.\nYou never talk about "赌博"/);
    expect(withRejectRules(character, [])).toBe(character);
    const platformPlugins = plugin(rule('reject_rule', '赌博'));
    const xingchen = { advancedConfig: { platformPlugins } };
    expect(withOwnRules({ character, xingchen })).toEqual(given);
    expect(withOwnRules({ character, xingchen: {} })).toBe(character);
  });
});
