import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { Clock } from '../lifetime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { contextOf } from './request-context.ts';

export type ObserveDeps = { clock: Clock; log: Log; metrics: Metrics };

/** Probes and scrapers ask every few seconds; their lines would bury the others. */
const quietRoutes: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Gives every request its trace id and what every answer must have; counts and logs it when it is over. */
export function observe({ clock, log, metrics }: ObserveDeps): RequestHandler {
  return (req, res, next) => {
    const startedMs = clock.nowMs();
    const { traceId } = contextOf(req);
    res.set({
      'X-Request-Trace-Id': traceId,
      'X-Content-Type-Options': 'nosniff',
      // Answers hold tokens and conversations; files of the page say otherwise for themselves.
      'Cache-Control': 'no-store',
    });
    res.once('close', () => {
      const tookMs = clock.nowMs() - startedMs;
      const route = routeOf(req);
      const { method } = req;
      // A client that left before its answer is nobody's status; 499 is what proxies write for it.
      const status = res.writableFinished ? res.statusCode : 499;
      metrics.http({ route, method: knownMethod(method), status, seconds: tookMs / 1000 });
      const fields = { traceId, method, route, status, tookMs: Math.round(tookMs) };
      log[quietRoutes.has(route) ? 'debug' : 'info'](fields, 'request');
    });
    next();
  };
}

const Route = z.object({ path: z.union([z.string(), z.array(z.string()).min(1)]) });

/** The pattern that matched, or one word for all that did not: paths are the client's to invent. */
function routeOf(req: Request): string {
  const route = Route.safeParse(req.route);
  if (!route.success) return 'none';
  const { path } = route.data;
  return req.baseUrl + (typeof path === 'string' ? path : path.join('|'));
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const knownMethod = (method: string) => (methods.has(method) ? method : 'other');
