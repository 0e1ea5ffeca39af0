import { describe, expect, it } from 'vitest';
import { ForeignSchema, isPlausible } from '../../../src/providers/tools/foreign-schema.ts';

describe('a schema that somebody else wrote', () => {
  it('judges arguments', () => {
    const schema = new ForeignSchema({
      type: 'object',
      properties: { city: { type: 'string', pattern: '^[A-Z]' } },
      required: ['city'],
    });
    expect(schema.faultOf({ city: 'Rome' })).toBeUndefined();
    expect(schema.faultOf({ city: 'rome' })).toMatch(/must match pattern/);
    expect(schema.faultOf({})).toMatch(/must have required property 'city'/);
  });

  it('is given up, once and for all, when its expression would hold everybody up', () => {
    const schema = new ForeignSchema({ properties: { x: { pattern: '^(a+)+$' } } });
    expect(schema.faultOf({ x: `${'a'.repeat(60)}!` })).toMatch(/takes too long to follow/);
    expect(schema.faultOf({ x: 'a' })).toMatch(/takes too long to follow/);
  });

  it('is given up when its parts stand for each other without end', () => {
    const levels = Array.from({ length: 60 }, (_, n): [string, object] => [
      `l${n}`,
      { allOf: [{ $ref: `#/$defs/l${n + 1}` }, { $ref: `#/$defs/l${n + 1}` }] },
    ]);
    const $defs = { ...Object.fromEntries(levels), l60: { type: 'object' } };
    const schema = new ForeignSchema({ $defs, $ref: '#/$defs/l0' });
    expect(schema.faultOf({})).toMatch(/takes too long to follow/);
  });

  it('may say the same id as another', () => {
    const one = { $id: 'https://tools.example/args', type: 'object' };
    expect(new ForeignSchema(one).faultOf({})).toBeUndefined();
    expect(new ForeignSchema(one).faultOf({})).toBeUndefined();
  });

  it('is none with types that there are not, or parts that stand elsewhere', () => {
    expect(isPlausible({ type: 'nonsense' })).toBe(false);
    expect(isPlausible({ properties: { a: { $ref: 'https://example.com/a' } } })).toBe(false);
    expect(
      isPlausible({ properties: { type: { enum: ['$ref'] }, $ref: { type: 'string' } } }),
    ).toBe(true);
    expect(isPlausible({ type: ['string', 'null'] })).toBe(true);
  });
});
