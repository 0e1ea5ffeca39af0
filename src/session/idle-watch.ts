import type { Clock } from '../lifetime/clock.ts';
import type { ConversationEvent } from '../pipeline/conversation-event.ts';

export type IdleRules = {
  /** Of quiet, until the session ends. */
  timeoutMs: number;
  /** How long before that the client is warned; 0 for not at all. */
  warningMs: number;
};

export type IdleWatchDeps = {
  clock: Clock;
  /** Undefined: a session may be idle for ever. */
  rules: IdleRules | undefined;
  onWarning: (remainingMs: number) => void;
  onTimeout: () => void;
};

/**
 * Notices that nobody talks any more. The time counts only while neither the user speaks nor the character has an answer
 * on its way, and begins anew with whatever the user does.
 */
export class IdleWatch {
  #userSpeaks = false;
  #characterSpeaks = false;
  #running = false;
  #cancel: () => void = () => undefined;

  constructor(private readonly deps: IdleWatchDeps) {}

  /** From here on the time counts: somebody is there. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#restart();
  }

  /** For good. */
  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** The user did something other than speak. */
  activity(): void {
    this.#restart();
  }

  /** What happens in the conversation tells who speaks. */
  note(event: ConversationEvent): void {
    const { kind } = event;
    if (kind === 'userStartedSpeaking' || kind === 'userStoppedSpeaking')
      this.#userSpeaks = kind === 'userStartedSpeaking';
    else if (kind === 'replyTextBegan' || kind === 'turnCompleted')
      this.#characterSpeaks = kind === 'replyTextBegan';
    else return;
    this.#restart();
  }

  #restart(): void {
    this.#cancel();
    const { clock, rules, onWarning } = this.deps;
    if (!rules || !this.#running || this.#userSpeaks || this.#characterSpeaks) return;
    const { timeoutMs } = rules;
    const warningMs = Math.min(rules.warningMs, timeoutMs);
    if (warningMs === 0) {
      this.#endAfter(timeoutMs);
      return;
    }
    this.#cancel = clock.after(timeoutMs - warningMs, () => {
      this.#endAfter(warningMs);
      onWarning(warningMs);
    });
  }

  #endAfter(delayMs: number): void {
    const { clock, onTimeout } = this.deps;
    this.#cancel = clock.after(delayMs, () => {
      this.stop();
      onTimeout();
    });
  }
}

/** The warning in words. */
export function idleMessage(remainingMs: number): string {
  const seconds = Math.round(remainingMs / 1000);
  const minutes = Math.round(seconds / 60);
  const [count, unit] = seconds < 90 ? [seconds, 'second'] : [minutes, 'minute'];
  return `You've been idle. You will be disconnected in ${count} ${unit}${count === 1 ? '' : 's'}.`;
}
