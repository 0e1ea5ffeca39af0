import type { Moderation } from './moderation.ts';
import type { Log } from '../../telemetry/log.ts';

/** The judgement of what a user said, on its way beside the answer to it. */
export type Judging = {
  text: string;
  /** Why it is not answered; null when it is. Undefined when nobody could judge: then it is answered too. Never rejects. */
  reason: Promise<string | null | undefined>;
  abandon: () => void;
};

export function judge(text: string, moderation: Moderation, log: Log): Judging {
  const abandoning = new AbortController();
  const reason = moderation.judge(text, { signal: abandoning.signal }).catch((err: unknown) => {
    if (!abandoning.signal.aborted) log.warn({ err }, 'what was said could not be moderated');
    return undefined;
  });
  return { text, reason, abandon: () => abandoning.abort(new Error('nobody answers it')) };
}
