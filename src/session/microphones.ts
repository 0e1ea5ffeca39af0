import type { Conversation } from '../pipeline/conversation.ts';
import type { Participant } from '../protocol/participant.ts';
import type { OpenMicrophone } from '../room/agent-room.ts';
import type { Log } from '../telemetry/log.ts';

type Hearing = Pick<Conversation, 'hearFrom' | 'microphoneSilent'>;
type Microphone = { who: Participant; open: OpenMicrophone; listening: AbortController };

/** The microphones of a room, and the conversation that hears them. */
export class Microphones {
  readonly #all = new Map<string, Microphone>();
  #to: Hearing | undefined;

  constructor(private readonly log: Log) {}

  /** A new one replaces the one before of the same participant, as when a user changes devices. */
  open(who: Participant, open: OpenMicrophone): void {
    this.#all.get(who.identity)?.listening.abort();
    const microphone = { who, open, listening: new AbortController() };
    this.#all.set(who.identity, microphone);
    void this.#listen(microphone);
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
      void this.#listen(microphone);
    }
  }

  closeAll(): void {
    for (const identity of [...this.#all.keys()]) this.close(identity);
  }

  /** Never rejects. */
  async #listen({ who, open, listening: { signal } }: Microphone): Promise<void> {
    try {
      await this.#to?.hearFrom(open(signal), signal, who);
    } catch (err) {
      if (!signal.aborted) this.log.error({ err }, 'hearing broke off');
    }
  }
}
