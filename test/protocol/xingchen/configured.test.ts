import { describe, expect, it } from 'vitest';
import {
  imagePluginOf,
  memoryWishOf,
  PlatformPlugins,
  rejectConditionsOf,
} from '../../../src/protocol/xingchen/configured.ts';

/** Of 创建角色, as the contract has it. */
const documented = {
  longTermMemories: [
    {
      enabled: true,
      memoryType: 'kv',
      kvMemoryConfigs: [
        { enabled: true, memoryText: '姓名' },
        { enabled: true, memoryText: '喜好' },
      ],
    },
    { enabled: true, memoryType: 'summary' },
  ],
  platformPlugins: [
    {
      enabled: true,
      name: 'text_to_image_plugin',
      imageStyle: 'auto',
      positiveDesc: '二次元,彩色',
      negativeDesc: '多头多手指,多手多脚',
    },
    {
      enabled: true,
      name: 'reject_answer_plugin',
      rejectConditions: [
        { enabled: true, conditionType: 'reject_rule', keywords: [{ value: '关键词' }] },
        { enabled: true, conditionType: 'passive_rule', keywords: [{ value: '关键词' }] },
        {
          enabled: true,
          conditionType: 'knowledge_domain_rule',
          subRejectCondition: {
            enabled: true,
            conditionType: 'ancient',
            keywords: [{ value: '明朝' }],
          },
        },
      ],
    },
  ],
};
const memory = (longTermMemories: unknown) =>
  memoryWishOf({ advancedConfig: { longTermMemories } });

describe('the long-term memory of a character', () => {
  it('is of the configured kinds, and of summaries', () => {
    const { longTermMemories } = documented;
    expect(memory(longTermMemories)).toEqual({ kinds: ['姓名', '喜好'], summary: true });
  });

  it('is without what is switched off', () => {
    const kv = { memoryType: 'kv', kvMemoryConfigs: [{ memoryText: '姓名' }] };
    const off = { enabled: false, memoryText: '喜好' };
    const some = { ...kv, kvMemoryConfigs: [...kv.kvMemoryConfigs, off] };
    expect(memory([some])).toEqual({ kinds: ['姓名'], summary: false });
    expect(memory([{ ...kv, enabled: false }, { memoryType: 'summary' }])).toEqual({
      ...{ kinds: [], summary: true },
    });
    expect(memory([])).toEqual({ kinds: [], summary: false });
  });

  it.each([undefined, null, {}, { advancedConfig: null }, { advancedConfig: 'none' }])(
    'is whatever is worth it where nothing is configured: %j',
    (xingchen) => {
      expect(memoryWishOf(xingchen ?? {})).toEqual({ kinds: null, summary: true });
    },
  );
});

describe('the plugins of a character', () => {
  it('are the documented ones', () => {
    const plugins = PlatformPlugins.parse(documented.platformPlugins);
    expect(imagePluginOf(plugins)).toMatchObject({
      imageStyle: 'auto',
      positiveDesc: '二次元,彩色',
    });
    expect(rejectConditionsOf(plugins)).toMatchObject([
      { conditionType: 'reject_rule', keywords: ['关键词'] },
      { conditionType: 'passive_rule', keywords: ['关键词'] },
      {
        ...{ conditionType: 'knowledge_domain_rule', keywords: [] },
        subRejectCondition: { conditionType: 'ancient', keywords: ['明朝'] },
      },
    ]);
  });

  it('do nothing when they, or their conditions, are switched off', () => {
    const [image, reject] = documented.platformPlugins;
    expect(PlatformPlugins.parse([{ ...image, enabled: false }])).toEqual([]);
    const conditions = reject?.rejectConditions?.map((one) => ({ ...one, enabled: false }));
    const off = PlatformPlugins.parse([{ ...reject, rejectConditions: conditions }]);
    expect(rejectConditionsOf(off)).toEqual([]);
  });

  it.each([null, 7, 'x', [null, 1, { name: 'search_plugin' }, {}]])(
    'are none where nothing can be read: %j',
    (given) => {
      expect(PlatformPlugins.parse(given)).toEqual([]);
    },
  );

  it('are read past what is strange in them', () => {
    const plugin = {
      name: 'reject_answer_plugin',
      rejectConditions: [
        3,
        { conditionType: 'reject_rule', keywords: [{ value: '' }, { value: 4 }, { value: '酒' }] },
      ],
    };
    expect(rejectConditionsOf(PlatformPlugins.parse([plugin]))).toMatchObject([
      { conditionType: 'reject_rule', keywords: ['酒'] },
    ]);
  });
});
