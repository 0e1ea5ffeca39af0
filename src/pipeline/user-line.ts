import type { Participant } from '../protocol/participant.ts';
import type { ConversationEvent } from './conversation-event.ts';

/** What the outside is told of the one who has the floor: that they speak, the words so far, and the words. */
export class UserLine {
  #speaking = false;
  /** The words so far as they were told last. */
  #told = '';

  constructor(
    private readonly emit: (event: ConversationEvent) => void,
    /** Who has the floor, as a part of what is told of them. */
    private readonly by: () => { speaker?: Participant },
  ) {}

  started(): void {
    if (this.#speaking) return;
    this.#speaking = true;
    this.emit({ kind: 'userStartedSpeaking', ...this.by() });
  }

  stopped(): void {
    if (!this.#speaking) return;
    this.#speaking = false;
    this.emit({ kind: 'userStoppedSpeaking', ...this.by() });
  }

  /** More words may come; the same ones are not told twice. */
  words(text: string): void {
    if (text === this.#told) return;
    this.#told = text;
    this.emit({ kind: 'userTranscript', text, final: false, ...this.by() });
  }

  /** All their words. */
  finalWords(text: string): void {
    this.emit({ kind: 'userTranscript', text, final: true, ...this.by() });
  }

  /** What was told is done with, or was nothing. */
  forget(): void {
    this.#told = '';
  }
}
