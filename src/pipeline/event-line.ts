import type { Clock } from '../lifetime/clock.ts';
import type { ConversationEvent } from './conversation-event.ts';

/**
 * Storing takes a few milliseconds. When the server is away it takes until it is back; what comes after must not wait
 * for that, and the record is kept in this process until then.
 */
const mostHeldUpMs = 300;

type Waiting = { event: ConversationEvent; isDue: boolean };

/**
 * Events reach the client in the order in which they happened, also where one of them must wait: the end of a turn is told
 * when the turn is stored, and nothing of the next answer before it.
 */
export class EventLine {
  readonly #waiting: Waiting[] = [];
  #cancel: (() => void) | undefined;

  constructor(
    private readonly tell: (event: ConversationEvent) => void,
    private readonly clock: Clock,
  ) {}

  readonly emit = (event: ConversationEvent): void => {
    // Sound waits for nobody, and as data it would overtake the mark that it belongs behind.
    if (event.kind === 'botStartedSpeaking')
      for (const before of this.#waiting) before.isDue = true;
    this.#waiting.push({ event, isDue: true });
    this.#tellDue();
  };

  /** Its place is here; it is told once `ready` resolves, or when it has held up others for too long. */
  readonly emitAfter = (ready: Promise<void>, event: ConversationEvent): void => {
    const waiting = { event, isDue: false };
    this.#waiting.push(waiting);
    void ready.then(() => {
      waiting.isDue = true;
      this.#tellDue();
    });
    this.#tellDue();
  };

  close(): void {
    this.#cancel?.();
  }

  #tellDue(): void {
    for (let first = this.#waiting[0]; first?.isDue; first = this.#waiting[0]) {
      this.#waiting.shift();
      this.tell(first.event);
    }
    if (this.#waiting.length < 2) {
      this.#cancel?.();
      this.#cancel = undefined;
      return;
    }
    this.#cancel ??= this.clock.after(mostHeldUpMs, () => {
      this.#cancel = undefined;
      const [first] = this.#waiting;
      if (first) first.isDue = true;
      this.#tellDue();
    });
  }
}
