import type { RequestHandler } from 'express';
import { callerOf } from './api-key.ts';
import { TooManyRequests } from './refusals.ts';

/**
 * Lets no more requests pass at once: of one workspace, so that nobody takes all the places, and of all together, for the
 * machine has so much memory and no more. One is counted until its answer is sent or its sender gone. Mounted after the key.
 */
export function atMost({ ofOne, ofAll }: { ofOne: number; ofAll: number }): RequestHandler {
  const running = new Map<string, number>();
  let all = 0;
  return (req, res, next) => {
    const { workspaceId } = callerOf(req);
    const own = running.get(workspaceId) ?? 0;
    if (own >= ofOne || all >= ofAll) throw new TooManyRequests();
    running.set(workspaceId, own + 1);
    all++;
    res.once('close', () => {
      all--;
      const left = (running.get(workspaceId) ?? 1) - 1;
      if (left === 0) running.delete(workspaceId);
      else running.set(workspaceId, left);
    });
    next();
  };
}
