import { Router } from 'express';
import * as z from 'zod';
import { systemClock } from '../../lifetime/clock.ts';
import { deadline } from '../../lifetime/deadline.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Operation } from '../operation.ts';

/** Asks one part whether it works; throws when it does not. Gives up when the signal aborts. */
type HealthCheck = (signal: AbortSignal) => Promise<void>;
export type HealthChecks = Record<'database' | 'livekit' | 'agents', HealthCheck>;

/** Below the patience of usual probes (Kubernetes: 1 s by default, Docker: 30 s). */
const checkTimeoutMs = 900;

const Part = z.enum(['ok', 'failing']);
const Readiness = z.object({
  status: Part,
  parts: z.object({ database: Part, livekit: Part, agents: Part }),
});

export const healthOperations: Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    summary: 'The process answers.',
    needsKey: false,
    responses: { 200: { description: 'Alive.', schema: z.object({ status: z.literal('ok') }) } },
  },
  {
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    summary: 'Every part that a conversation needs works.',
    needsKey: false,
    responses: {
      200: { description: 'Ready.', schema: Readiness },
      503: { description: 'Some part fails.', schema: Readiness },
    },
  },
];

/** For probes. Says which part fails to anyone, and why to the log only. */
export function healthRoutes(checks: HealthChecks, log: Log): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const [database, livekit, agents] = await Promise.all([
      ask('database', checks.database, log),
      ask('livekit', checks.livekit, log),
      ask('agents', checks.agents, log),
    ]);
    const parts = { database, livekit, agents };
    const status = Object.values(parts).every((part) => part === 'ok') ? 'ok' : 'failing';
    res.status(status === 'ok' ? 200 : 503).json({ status, parts });
  });
  return router;
}

async function ask(part: string, check: HealthCheck, log: Log): Promise<z.infer<typeof Part>> {
  const limit = deadline(systemClock, part, checkTimeoutMs);
  try {
    await Promise.race([check(limit.signal), aborted(limit.signal)]);
    return 'ok';
  } catch (err) {
    log.warn({ part, err }, 'health check failed');
    return 'failing';
  } finally {
    limit.clear();
  }
}

/** A check that ignores its signal must not hold up the probe. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('timed out')), { once: true });
  });
}
