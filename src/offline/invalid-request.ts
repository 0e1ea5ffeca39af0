import type * as z from 'zod';
import { PublicError } from '../errors/public-error.ts';

/** A request that can never succeed as it is; rendered as OpenAI's `invalid_request_error`. */
export class InvalidRequest extends PublicError {
  override readonly name = 'InvalidRequest';
  constructor(
    code: string,
    message: string,
    readonly param: string | null = null,
    status = 400,
  ) {
    super(status, code, message);
  }
}

/** @throws {InvalidRequest} naming the first field that is wrong */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const param = issue?.path.join('.') ?? '';
  const where = param === '' ? 'the body' : param;
  throw new InvalidRequest('invalid_value', `${where}: ${issue?.message ?? 'invalid'}`, param);
}
