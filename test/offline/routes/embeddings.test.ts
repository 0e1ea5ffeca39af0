import { describe, expect, it } from 'vitest';
import { OfflineSubject, refusal } from '../offline-subject.ts';

const subject = new OfflineSubject();

describe('embeddings', () => {
  it('come as the OpenAI client wants them', async () => {
    const input = ['the ferry to Dover', '去多佛的渡轮'];
    const { data } = await subject.client.embeddings.create({ model: 'm', input, dimensions: 64 });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
    const plain = await subject.client.embeddings.create({
      model: 'm',
      input,
      dimensions: 64,
      encoding_format: 'float',
    });
    for (const [i, { embedding }] of data.entries()) {
      expect(embedding[3]).toBeCloseTo(plain.data[i]?.embedding[3] ?? NaN, 6);
    }
  });

  it.each([[{ input: '' }], [{ input: [] }], [{ input: [1, 2] }], [{ input: 'a', dimensions: 3 }]])(
    'refuse %o',
    async (body) => {
      expect((await refusal(await subject.post('/embeddings', JSON.stringify(body))))[0]).toBe(400);
    },
  );
});
