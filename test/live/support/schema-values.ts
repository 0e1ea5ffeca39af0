import fc from 'fast-check';
import * as z from 'zod';

/** As much of JSON Schema as our own document uses. */
const Schema = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

/** Longer ones show nothing more, and take their time. */
const mostLetters = 60;
const anything = () => fc.jsonValue({ maxDepth: 3 });

/** Values that fit a schema, as far as it says; anything where it says nothing. */
export function valuesOf(given: unknown): fc.Arbitrary<unknown> {
  const read = Schema.safeParse(given);
  if (!read.success) return anything();
  const schema = read.data;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(valuesOf));
  const { minimum: min = -1_000, maximum: max = 1_000_000 } = schema;
  switch (schema.type) {
    case 'string': {
      const minLength = Math.min(schema.minLength ?? 0, mostLetters);
      const maxLength = Math.min(schema.maxLength ?? mostLetters, mostLetters);
      return fc.oneof(
        fc.string({ minLength, maxLength, unit: 'binary' }),
        fc.constantFrom('1', '2', 'en-US', '你好', 'Hello', '\0', '\ud800', "' or 1=1 --"),
      );
    }
    case 'integer':
      return fc.oneof(fc.integer(bounds(min, max)), fc.constantFrom(0, 1, 2, 3, -1));
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valuesOf(schema.items), { maxLength: 3 });
    case 'object': {
      const fields = Object.entries(schema.properties ?? {});
      const values = Object.fromEntries(fields.map(([name, field]) => [name, valuesOf(field)]));
      const required = schema.required?.filter((name) => name in values);
      return fc.record(values, required ? { requiredKeys: required } : {});
    }
    case undefined:
    default:
      return anything();
  }
}

/** What fast-check takes for integers. */
const bounds = (min: number, max: number) => ({
  min: Math.max(Math.ceil(min), -2_147_483_648),
  max: Math.min(Math.floor(max), 2_147_483_647),
});
