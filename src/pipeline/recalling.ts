import type { Clock } from '../lifetime/clock.ts';
import { deadline, TimedOut } from '../lifetime/deadline.ts';
import type { Participant } from '../protocol/participant.ts';
import { recallDeadline, type Material, type Recalled } from '../protocol/material.ts';
import type { Log } from '../telemetry/log.ts';

/** What documents and memory have about words of a user. It may fail, and be as slow as it likes. */
export type Recollect = (
  about: { text: string; speaker: Participant | undefined },
  signal: AbortSignal,
) => Promise<Material[]>;

/**
 * Waits for it a short time, and then goes without: nobody should hear that something is looked up.
 * @throws the signal's reason, and nothing else
 */
export async function recallInTime(
  recollect: Recollect,
  about: Parameters<Recollect>[0],
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<Recalled> {
  const startedMs = clock.nowMs();
  const ms = () => Math.round(clock.nowMs() - startedMs);
  const limit = deadline(clock, 'recalling', recallDeadline.agentMs, signal);
  try {
    const over = new Promise<never>((_, reject) => {
      const onOver = () => {
        const reason: unknown = limit.signal.reason;
        reject(reason instanceof Error ? reason : new Error('recalling was given up'));
      };
      if (limit.signal.aborted) onOver();
      else limit.signal.addEventListener('abort', onOver, { once: true });
    });
    const material = await Promise.race([recollect(about, limit.signal), over]);
    return { material, ms: ms(), late: false };
  } catch (err) {
    signal.throwIfAborted();
    const late = err instanceof TimedOut;
    log.warn({ err, late, ms: ms() }, 'answering without what could be recalled');
    return { material: [], ms: ms(), late };
  } finally {
    limit.clear();
  }
}
