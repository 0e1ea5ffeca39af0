import * as z from 'zod';

/*
 * The leniency of the API that clients were written against (FastAPI with pydantic): null means "not sent", and a
 * number or a boolean may come as the string that spells it, as form-built requests of game engines do.
 */

/** Absent or null becomes `fallback`. */
export function orDefault<S extends z.ZodType>(schema: S, fallback: z.output<S>) {
  return schema
    .nullish()
    .meta({ default: fallback })
    .transform((value) => value ?? structuredClone(fallback));
}

/** Absent or null becomes null. */
export function orNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? null);
}

/** A string that may be absent, null or blank: all three become null. */
export function textOrNull(maxLength: number) {
  return z
    .string()
    .trim()
    .max(maxLength)
    .nullish()
    .transform((text) => (text === undefined || text === '' ? null : text));
}

const decimal = /^[+-]?\d{1,15}(\.\d{1,15})?$/;

const readNumber = (value: unknown): unknown =>
  typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;

/** The message of an issue where an integer was wanted; zod itself only says that it wanted a number. */
export const notAnInteger = 'must be an integer';

export const laxInt = (min: number, max: number) =>
  z.preprocess(
    readNumber,
    z
      .int({ error: ({ code }) => (code === 'invalid_type' ? notAnInteger : undefined) })
      .min(min)
      .max(max),
  );

export const laxNumber = (min: number, max: number) =>
  z.preprocess(readNumber, z.number().min(min).max(max));

const spellings = new Map<unknown, boolean>([
  [1, true],
  ['1', true],
  ['true', true],
  ['yes', true],
  ['on', true],
  [0, false],
  ['0', false],
  ['false', false],
  ['no', false],
  ['off', false],
]);

export const laxBoolean = z.preprocess(
  (value) => spellings.get(typeof value === 'string' ? value.toLowerCase() : value) ?? value,
  z.boolean(),
);

/** Free JSON that is stored or echoed, never interpreted; bounded because it travels with every session. */
export function freeJson(maxBytes: number) {
  return z
    .record(z.string().max(256), z.unknown())
    .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= maxBytes, {
      error: `must be at most ${maxBytes} bytes of JSON`,
    });
}

/** An id that a client gives to what it sends. An empty one is none: all that came with it would count as one. */
export const GivenId = z
  .string()
  .max(256)
  .transform((id) => (id === '' ? undefined : id));

/** A value for a text: clients also send numbers, booleans, and null for none. */
export const laxText = (mostChars: number) =>
  z
    .union([z.string().max(mostChars), z.number(), z.boolean(), z.null()])
    .transform((value) => String(value ?? ''));
