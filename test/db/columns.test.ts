import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storableJson, storableText } from '../../src/db/columns.ts';

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)),
});

describe('storable', () => {
  it('leaves text alone that a database can keep', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(storableText(text)).toBe(text);
      }),
    );
  });

  it('has no NUL and no half of a surrogate pair in any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(storableText(text)).not.toMatch(/\0|\p{Surrogate}/u);
      }),
    );
  });

  it('is the same for text by itself and inside of JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored: unknown = JSON.parse(storableJson([text, { inner: text }]));
        expect(stored).toEqual([storableText(text), { inner: storableText(text) }]);
      }),
    );
  });

  it('keeps JSON that has nothing odd in it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('\\u0000'));
        expect(JSON.parse(storableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
