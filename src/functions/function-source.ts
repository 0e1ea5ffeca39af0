import * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';

export class FunctionInvalid extends PublicError {
  override readonly name = 'FunctionInvalid';
  constructor(problem: string) {
    super(400, 'invalid_function', problem);
  }
}

const parameterName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const Parameter = z.object({
  type: z.enum(['string', 'integer', 'boolean', 'object', 'array']),
  description: z.string().min(1),
});
/** external-api.md, "Input description schema". */
const InputDescription = z.strictObject({
  parameters: z.record(z.string().regex(parameterName).max(64), Parameter),
  required: z.array(z.string()),
});

/** The request that a function of the language `http` is. */
export const HttpSource = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  url: z.string().max(2_000),
  headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,120}$/)
        .refine((name) => !/^(?:host|content-length|connection|transfer-encoding)$/i.test(name)),
      z.string().regex(/^[\x20-\x7e]{0,8192}$/),
    )
    .refine((headers) => Object.keys(headers).length <= 20)
    .default({}),
  timeout_s: z.number().min(1).max(60).default(10),
  result_max_chars: z.int().min(100).max(20_000).default(4_000),
  /** Calling it twice does no harm; left out: it is so for GET. */
  repeatable: z.boolean().optional(),
});
export type HttpSource = z.output<typeof HttpSource>;

/** @returns the JSON Schema of the arguments. @throws {FunctionInvalid} */
export function argumentSchema(inputDescription: string): Record<string, unknown> {
  const read = InputDescription.safeParse(jsonOf(inputDescription, 'input_description'));
  if (!read.success) throw new FunctionInvalid(`input_description: ${faultOf(read.error)}`);
  const { parameters, required } = read.data;
  const missing = required.find((name) => !Object.hasOwn(parameters, name));
  if (missing !== undefined)
    throw new FunctionInvalid(`input_description: required has '${missing}', parameters has not`);
  return { type: 'object', properties: parameters, required, additionalProperties: false };
}

/** @throws {FunctionInvalid} */
export function httpSource(sourceCode: string): HttpSource {
  const read = HttpSource.safeParse(jsonOf(sourceCode, 'source_code'));
  if (!read.success) throw new FunctionInvalid(`source_code: ${faultOf(read.error)}`);
  const { url } = read.data;
  const [origin = ''] = /^https?:\/\/[^/?#]*/i.exec(url) ?? [];
  if (origin === '' || origin.includes('{') || origin.includes('@') || !URL.canParse(url))
    throw new FunctionInvalid(
      'source_code: url must begin with https:// or http:// and a host without placeholders',
    );
  return read.data;
}

function jsonOf(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FunctionInvalid(`Field ${field} must be a valid json string`);
  }
}

function faultOf({ issues: [issue] }: z.ZodError): string {
  return [issue?.path.join('.') ?? '', issue?.message ?? 'invalid'].filter(Boolean).join(': ');
}
