import { PublicError } from '../errors/public-error.ts';

/** One fault of a request, in the form that FastAPI clients know. */
export type Problem = {
  type: string;
  loc: (string | number)[];
  msg: string;
  /** The offending value, cut short and without secrets. */
  input: unknown;
  ctx?: Record<string, unknown>;
};

/** The body does not have the shape it must have. */
export class InvalidRequest extends PublicError {
  constructor(readonly problems: Problem[]) {
    super(422, 'invalid_request', summary(problems));
  }
}

function summary(problems: Problem[]): string {
  const lines = problems
    .slice(0, 3)
    .map(({ loc, msg }) => [loc.slice(1).join('.') || 'body', msg].join(': '));
  const more = problems.length - lines.length;
  const text = [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  // Not cut in the middle of a character that takes two units.
  return text.slice(0, 600).replace(/[\uD800-\uDBFF]$/, '');
}

export class Unauthorized extends PublicError {
  constructor(why: 'missing' | 'invalid') {
    super(
      401,
      `${why}_api_key`,
      why === 'missing' ? 'API key is missing. Send it as X-API-Key.' : 'API key is not valid.',
    );
  }
}

export class NotFound extends PublicError {
  constructor(message = 'Not Found') {
    super(404, 'not_found', message);
  }
}

export class CharacterNotFound extends PublicError {
  constructor() {
    super(404, 'character_not_found', "Character not found or doesn't belong to user");
  }
}

export class TooManyCharacters extends PublicError {
  constructor(most: number) {
    super(403, 'character_limit', `A room holds at most ${most} characters here.`);
  }
}

export class MethodNotAllowed extends PublicError {
  constructor() {
    super(405, 'method_not_allowed', 'Method Not Allowed');
  }
}

export class BodyTooLarge extends PublicError {
  constructor(maxBytes: number, cause?: unknown) {
    super(413, 'body_too_large', `The body is larger than ${maxBytes} bytes.`, { cause });
  }
}

export class UnsupportedBody extends PublicError {
  constructor(cause?: unknown) {
    super(
      415,
      'unsupported_body',
      'The body must be JSON in UTF-8: send Content-Type: application/json.',
      { cause },
    );
  }
}

export class BadRequest extends PublicError {
  constructor(cause?: unknown) {
    super(400, 'bad_request', 'The request could not be read.', { cause });
  }
}

export class TooManyRequests extends PublicError {
  constructor() {
    super(429, 'too_many_requests', 'Too many requests. Try again after Retry-After seconds.');
  }
}
