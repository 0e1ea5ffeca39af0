import { describe, expect, it } from 'vitest';
import { picturePrompt } from '../../src/prompt/picture.ts';

const character = { name: '关云长', description: '红脸长须，\n手持青龙偃月刀。' };

describe('what is asked to be drawn', () => {
  it('has what was asked for, who draws, and the configured style', () => {
    const plugin = { imageStyle: '水墨', positiveDesc: '二次元,彩色', negativeDesc: '多手多脚' };
    expect(picturePrompt({ words: '画一张你骑马的图', character, plugin })).toBe(
      [
        '画一张你骑马的图',
        '关云长: 红脸长须， 手持青龙偃月刀。',
        'Style: 水墨',
        '二次元,彩色',
        'Avoid: 多手多脚',
      ].join('\n'),
    );
  });

  it('is without what is not configured', () => {
    const plugin = { imageStyle: 'auto', positiveDesc: '', negativeDesc: '' };
    const prompt = picturePrompt({ words: 'Draw a horse.', character, plugin });
    expect(prompt.split('\n')).toHaveLength(2);
  });

  it('is at most 1,000 letters, and cuts none in the middle', () => {
    const long = '🐎'.repeat(5_000);
    const plugin = { imageStyle: long, positiveDesc: long, negativeDesc: long };
    const prompt = picturePrompt({
      words: long,
      character: { name: long, description: long },
      plugin,
    });
    expect(Array.from(prompt).length).toBeLessThanOrEqual(1_000);
    expect(prompt).not.toMatch(/\p{Surrogate}/u);
    expect(prompt).toContain('Avoid: 🐎');
  });
});
