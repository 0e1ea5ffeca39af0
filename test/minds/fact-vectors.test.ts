import { describe, expect, it } from 'vitest';
import { FactVectors } from '../../src/minds/fact-vectors.ts';
import { FakeClock, settle } from '../fakes/fake-clock.ts';

const { signal } = new AbortController();

/** Vectors of two dimensions: what is about a dog, and what is about tea. */
const about = (text: string) => [Number(text.includes('dog')), Number(text.includes('tea'))];

function open({
  hangs = false,
  fails = () => false,
}: { hangs?: boolean; fails?: () => boolean } = {}) {
  const clock = new FakeClock();
  const asked: string[][] = [];
  const failed: unknown[] = [];
  const vectors = new FactVectors({
    clock,
    onFailed: (err) => failed.push(err),
    embedding: {
      model: 'two',
      leastCosine: undefined,
      embed: (texts, { signal: given }) => {
        asked.push([...texts]);
        if (fails()) return Promise.reject(new Error('down'));
        // A question is answered at once, facts take their time.
        if (!hangs || texts[0]?.endsWith('?')) return Promise.resolve(texts.map(about));
        return new Promise((_resolve, reject) => {
          given.addEventListener('abort', () => reject(new Error('given up')));
        });
      },
    },
  });
  return { vectors, clock, asked, failed };
}

describe('vectors of facts', () => {
  it('are made beside the first question, and tell how near each fact is from then on', async () => {
    const { vectors, asked } = open();
    const facts = ['The dog is called Rex.', 'Likes tea.'];
    await vectors.nearness('my dog?', facts, signal);
    await settle();
    expect(await vectors.nearness('my dog?', facts, signal)).toEqual([1, 0]);
    expect(asked).toEqual([facts, ['my dog?'], ['my dog?']]);
  });

  it('are not known while they are being made, and asked for once', async () => {
    const { vectors, asked } = open({ hangs: true });
    expect(await vectors.nearness('my dog?', ['The dog is called Rex.'], signal)).toEqual([
      undefined,
    ]);
    await vectors.nearness('my dog?', ['The dog is called Rex.'], signal);
    expect(asked.filter(([text]) => !text?.endsWith('?'))).toHaveLength(1);
  });

  it('that did not come in time are made anew at the next question', async () => {
    const { vectors, clock, asked, failed } = open({ hangs: true });
    await vectors.nearness('my dog?', ['The dog is called Rex.'], signal);
    await clock.advance(20_000);
    expect(failed).toHaveLength(1);
    await vectors.nearness('my dog?', ['The dog is called Rex.'], signal);
    expect(asked.filter(([text]) => !text?.endsWith('?'))).toHaveLength(2);
  });

  it('of many facts are made in pieces, of which a failing one ends the rest', async () => {
    let calls = 0;
    const { vectors, asked, failed } = open({ fails: () => ++calls === 4 });
    const facts = Array.from({ length: 200 }, (_, n) => `fact ${n}`);
    await vectors.nearness('a dog?', facts, signal);
    await settle();
    const sizes = asked.filter(([text]) => !text?.endsWith('?')).map(({ length }) => length);
    expect(sizes).toEqual([64, 64, 64]);
    expect(failed).toHaveLength(1);
  });

  it('of a fact that says nothing are near to nothing', async () => {
    const { vectors } = open();
    await vectors.nearness('my dog?', ['…'], signal);
    await settle();
    expect(await vectors.nearness('my dog?', ['…'], signal)).toEqual([0]);
  });
});
