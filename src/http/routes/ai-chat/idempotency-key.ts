import type { Request } from 'express';
import { PublicError } from '../../../errors/public-error.ts';
import { IdempotencyKey } from '../../../protocol/ai-chat.ts';

class KeyUnfit extends PublicError {
  constructor() {
    super(
      400,
      'invalid_idempotency_key',
      'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.',
    );
  }
}

/** What the client made up for this request; undefined when it will not repeat it. @throws {PublicError} 400 */
export function idempotencyKeyOf(req: Request): string | undefined {
  const key = IdempotencyKey.optional().safeParse(req.get('idempotency-key'));
  if (!key.success) throw new KeyUnfit();
  return key.data;
}
