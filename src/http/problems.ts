import type * as z from 'zod';
import { notAnInteger } from '../protocol/lax.ts';
import type { Problem } from './refusals.ts';

type Issue = z.core.$ZodIssue;
type Loc = (string | number)[];
type Described = Pick<Problem, 'type' | 'msg' | 'ctx'>;

const limits = { problems: 50, text: 200, entries: 10, depth: 3 } as const;

/**
 * What is wrong with a body, in the words of pydantic v2 (https://docs.pydantic.dev/latest/errors/validation_errors/),
 * which clients of the original API parse.
 */
export function problemsOf(error: z.ZodError, body: unknown): Problem[] {
  return error.issues.flatMap((issue) => fromIssue(issue, [], body)).slice(0, limits.problems);
}

function fromIssue(issue: Issue, base: Loc, body: unknown): Problem[] {
  const path: Loc = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? '' : key))];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return issue.errors.flat().flatMap((branch) => fromIssue(branch, path, body));
  const input = valueAt(body, path);
  const described = describe(issue, input);
  // As pydantic does, a missing field shows the object in which it is missing.
  const shown = described.type === 'missing' ? valueAt(body, path.slice(0, -1)) : input;
  return [
    {
      ...described,
      loc: ['body', ...path.map((key) => (typeof key === 'string' ? cut(key) : key))],
      input: preview(shown, path.at(-1) ?? '', 0),
    },
  ];
}

function valueAt(body: unknown, path: Loc): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

function describe(issue: Issue, input: unknown): Described {
  switch (issue.code) {
    case 'invalid_type':
      return input === undefined
        ? { type: 'missing', msg: 'Field required' }
        : wrongType(issue.message === notAnInteger ? 'int' : issue.expected, input);
    case 'too_small':
    case 'too_big':
      return outOfRange(issue, input);
    case 'invalid_value': {
      const expected = orList(issue.values.map((value) => `'${String(value)}'`));
      return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } };
    }
    case 'invalid_format': {
      const pattern = issue.pattern?.replace(/^\/|\/[a-z]*$/g, '') ?? issue.format;
      return {
        type: 'string_pattern_mismatch',
        msg: `String should match pattern '${pattern}'`,
        ctx: { pattern },
      };
    }
    case 'custom':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return {
        type: 'value_error',
        msg: `Value error, ${issue.message}`,
        ctx: { error: issue.message },
      };
  }
}

function wrongType(expected: string, input: unknown): Described {
  const parsing = typeof input === 'string';
  switch (expected) {
    case 'string':
      return { type: 'string_type', msg: 'Input should be a valid string' };
    case 'int':
      if (parsing)
        return {
          type: 'int_parsing',
          msg: 'Input should be a valid integer, unable to parse string as an integer',
        };
      return typeof input === 'number'
        ? {
            type: 'int_from_float',
            msg: 'Input should be a valid integer, got a number with a fractional part',
          }
        : { type: 'int_type', msg: 'Input should be a valid integer' };
    case 'number':
      return parsing
        ? {
            type: 'float_parsing',
            msg: 'Input should be a valid number, unable to parse string as a number',
          }
        : { type: 'float_type', msg: 'Input should be a valid number' };
    case 'boolean':
      return parsing || typeof input === 'number'
        ? {
            type: 'bool_parsing',
            msg: 'Input should be a valid boolean, unable to interpret input',
          }
        : { type: 'bool_type', msg: 'Input should be a valid boolean' };
    case 'array':
      return { type: 'list_type', msg: 'Input should be a valid list' };
    case 'record':
      return { type: 'dict_type', msg: 'Input should be a valid dictionary' };
    default:
      return {
        type: 'model_attributes_type',
        msg: 'Input should be a valid dictionary or object to extract fields from',
      };
  }
}

type RangeIssue = Extract<Issue, { code: 'too_small' | 'too_big' }>;

function outOfRange(issue: RangeIssue, input: unknown): Described {
  const small = issue.code === 'too_small';
  const bound = Number(small ? issue.minimum : issue.maximum);
  const atLeast = small ? 'at least' : 'at most';
  const lengthCtx = { [small ? 'min_length' : 'max_length']: bound };
  if (issue.origin === 'string')
    return {
      type: small ? 'string_too_short' : 'string_too_long',
      msg: `String should have ${atLeast} ${bound} character${bound === 1 ? '' : 's'}`,
      ctx: lengthCtx,
    };
  if (issue.origin === 'array') {
    const actual = Array.isArray(input) ? input.length : 0;
    return {
      type: small ? 'too_short' : 'too_long',
      msg: `List should have ${atLeast} ${bound} items after validation, not ${actual}`,
      ctx: { field_type: 'List', ...lengthCtx, actual_length: actual },
    };
  }
  return small
    ? {
        type: 'greater_than_equal',
        msg: `Input should be greater than or equal to ${bound}`,
        ctx: { ge: bound },
      }
    : {
        type: 'less_than_equal',
        msg: `Input should be less than or equal to ${bound}`,
        ctx: { le: bound },
      };
}

function orList(words: string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

const cut = (text: string) =>
  text.length > limits.text ? `${text.slice(0, limits.text).replace(half, '')}…` : text;
/** Of a character that takes two units. */
const half = /[\uD800-\uDBFF]$/;

const secretName = /(api.?key|token|secret|password|authorization|credential)/i;

/** Enough of a value to find the fault by, bounded in length and depth, and never a secret: answers end up in logs. */
function preview(value: unknown, name: string | number, depth: number): unknown {
  if (typeof name === 'string' && secretName.test(name)) return '[redacted]';
  if (typeof value === 'string') return cut(value);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= limits.depth) return '…';
  if (Array.isArray(value))
    return value.slice(0, limits.entries).map((item, index) => preview(item, index, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, limits.entries)
      .map(([key, item]) => [cut(key), preview(item, key, depth + 1)]),
  );
}
