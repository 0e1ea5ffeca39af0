import { Router, type RequestHandler } from 'express';
import type { Metrics } from '../../telemetry/metrics.ts';
import { isLocal } from '../local-page.ts';
import type { Operation } from '../operation.ts';

export const metricsOperation: Operation = {
  method: 'get',
  path: '/metrics',
  tag: 'Operation',
  summary: 'Prometheus metrics; without a key from this machine only.',
  needsKey: true,
  responses: { 200: { description: 'Prometheus text format.' } },
};

/**
 * How busy a server is concerns its owner alone: from elsewhere, and through a proxy, a key is needed (Prometheus
 * can send one as a bearer token).
 */
export function metricsRoute(metrics: Metrics, requireCaller: RequestHandler): Router {
  const router = Router();
  const ownerOnly: RequestHandler = (req, res, next) => {
    // A web page from anywhere can make a browser on this machine ask; browsers say so in these headers.
    const fromPage = req.headers.origin ?? req.headers['sec-fetch-site'] ?? 'none';
    if (isLocal(req) && fromPage === 'none') next();
    else void requireCaller(req, res, next);
  };
  router.get('/metrics', ownerOnly, async (_req, res) => {
    const { contentType, text } = await metrics.render();
    res.setHeader('Content-Type', contentType);
    res.send(text);
  });
  return router;
}
