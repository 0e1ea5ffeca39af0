import { Ajv, type ValidateFunction } from 'ajv';
import { boundedRun, RanTooLong } from '../../lifetime/bounded-run.ts';

/** Honest schemas take one or two; every conversation of this process waits meanwhile. */
const mostMs = 100;
const types = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/**
 * A JSON Schema that somebody else wrote, for the arguments of a function of theirs. Its expressions, and its parts that
 * stand for each other, may take longer than anybody lives: compiled at its first use, and judged within a limit.
 */
export class ForeignSchema {
  #compiled: { ajv: Ajv; validate: ValidateFunction } | undefined;
  #broken: string | undefined;

  constructor(private readonly schema: Record<string, unknown>) {}

  /** @returns what is wrong with a value, in words for the model; undefined when nothing is */
  faultOf(value: unknown): string | undefined {
    if (this.#broken !== undefined) return this.#broken;
    try {
      return boundedRun(() => {
        const { ajv, validate } = (this.#compiled ??= compiled(this.schema));
        return validate(value) ? undefined : ajv.errorsText(validate.errors);
      }, mostMs);
    } catch (cause) {
      const why = cause instanceof RanTooLong ? 'takes too long to follow' : 'is broken';
      this.#broken = `this function cannot be called: the schema of its arguments ${why}`;
      return this.#broken;
    }
  }
}

/** By a compiler of its own each time: one that was broken off takes the schema for one that it knows. */
function compiled(schema: Record<string, unknown>): { ajv: Ajv; validate: ValidateFunction } {
  const ajv = new Ajv({ strict: false, allErrors: false, validateSchema: false, meta: false });
  return { ajv, validate: ajv.compile(schema) };
}

/** Whether a schema could be one, by a look: types that there are, and nothing that stands elsewhere. */
export function isPlausible(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isPlausible);
  if (typeof schema !== 'object' || schema === null) return true;
  return Object.entries(schema).every(([key, value]: [string, unknown]) => {
    if (key === '$ref' && typeof value === 'string') return value.startsWith('#');
    if (key === 'type' && typeof value === 'string') return types.has(value);
    // Names of properties and values of an enumeration are not words of the schema.
    if (key === 'properties' || key === '$defs' || key === 'definitions')
      return typeof value === 'object' && value !== null && Object.values(value).every(isPlausible);
    return key === 'enum' || key === 'const' || key === 'default' || key === 'examples'
      ? true
      : isPlausible(value);
  });
}
