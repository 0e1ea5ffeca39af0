import { ipKeyGenerator, rateLimit, type RateLimitRequestHandler } from 'express-rate-limit';
import type { Request } from 'express';
import { TooManyRequests } from './refusals.ts';
import { contextOf } from './request-context.ts';

/** Requests a minute. */
export type RateLimits = { perKey: number; perAddress: number; failedPerAddress: number };

/**
 * Generous: they stop a client that loops by mistake and a guesser of keys, not a busy game. One key may serve a
 * whole audience, and an address a whole school.
 */
export const defaultRateLimits: RateLimits = {
  perKey: 3_000,
  perAddress: 6_000,
  failedPerAddress: 60,
};

export type RateLimiters = Record<keyof RateLimits, RateLimitRequestHandler>;

/** Counts are kept in this process: several servers behind a balancer each have their own. */
export function rateLimiters(limits: RateLimits): RateLimiters {
  return {
    perKey: limiter('key', limits.perKey, (req) => contextOf(req).caller?.keyId ?? addressOf(req)),
    perAddress: limiter('address', limits.perAddress, addressOf),
    failedPerAddress: limiter('failed', limits.failedPerAddress, addressOf),
  };
}

/** IPv6 by its /56: one household or one server has them by the billion. */
function addressOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? 'unknown', 56);
}

function limiter(
  identifier: string,
  limit: number,
  keyGenerator: (req: Request) => string,
): RateLimitRequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    identifier,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // X-Forwarded-For is believed only as far as TRUST_PROXY says; what else arrives there is no reason to complain.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    handler(_req, _res, next) {
      // The library has set Retry-After already.
      next(new TooManyRequests());
    },
  });
}
