import type { Conversation } from '../pipeline/conversation.ts';
import type { Participant } from '../protocol/participant.ts';
import type { OpenMicrophone } from '../room/agent-room.ts';
import type { Log } from '../telemetry/log.ts';

type Hearing = Pick<Conversation, 'hearFrom' | 'microphoneSilent'>;
type Microphone = {
  who: Participant;
  open: OpenMicrophone;
  listening: AbortController;
  /** Resolves when nobody listens to it any more. */
  done: Promise<void>;
};

/** The microphones of a room, and the conversation that hears them. */
export class Microphones {
  readonly #all = new Map<string, Microphone>();
  #to: Hearing | undefined;

  constructor(private readonly log: Log) {}

  /** A new one replaces the one before of the same participant, as when a user changes devices. */
  open(who: Participant, open: OpenMicrophone): void {
    const before = this.#all.get(who.identity);
    before?.listening.abort();
    // A word begun at the one before may go on here.
    if (before) this.#to?.microphoneSilent(who);
    const listening = new AbortController();
    const microphone = { who, open, listening, done: before?.done ?? Promise.resolve() };
    this.#all.set(who.identity, microphone);
    this.#listen(microphone);
  }

  /** No sound comes from this one for now. */
  silence(who: Participant): void {
    this.#to?.microphoneSilent(who);
  }

  close(identity: string): void {
    this.#all.get(identity)?.listening.abort();
    this.#all.delete(identity);
  }

  /**
   * From now on this conversation hears them; nobody does where it is left out. What was being said belongs to the one
   * that was spoken to when it was said.
   */
  route(to: Hearing | undefined): void {
    if (to === this.#to) return;
    const before = this.#to;
    this.#to = to;
    for (const microphone of this.#all.values()) {
      microphone.listening.abort();
      before?.microphoneSilent(microphone.who);
      microphone.listening = new AbortController();
      this.#listen(microphone);
    }
  }

  closeAll(): void {
    for (const identity of [...this.#all.keys()]) this.close(identity);
  }

  /** Begins when whoever listened before has stopped: two who hear one voice at once make one stutter of it. */
  #listen(microphone: Microphone): void {
    const { who, open, done } = microphone;
    const { signal } = microphone.listening;
    const isOver = () => signal.aborted;
    const to = this.#to;
    microphone.done = done.then(async () => {
      if (isOver()) return;
      try {
        await to?.hearFrom(open(signal), signal, who);
      } catch (err) {
        if (!isOver()) this.log.error({ err }, 'hearing broke off');
      }
    });
  }
}
