import type { Clock } from '../lifetime/clock.ts';
import type { ConversationEvent } from '../pipeline/conversation-event.ts';
import { tell, type ClientBoundMessage } from '../protocol/server-messages.ts';

/** Turns what happens in a conversation into the messages that clients read. */
export class Telling {
  #replyText = '';
  #sequence = 0;

  constructor(
    private readonly session: { sessionId: string; userIdentity: string; debug: boolean },
    private readonly clock: Clock,
    private readonly send: (message: ClientBoundMessage) => void,
  ) {}

  tell(event: ConversationEvent): void {
    for (const message of this.#messages(event)) this.send(message);
  }

  #messages(event: ConversationEvent): ClientBoundMessage[] {
    const { userIdentity, debug } = this.session;
    switch (event.kind) {
      case 'userStartedSpeaking':
        return tell.userStartedSpeaking();
      case 'userStoppedSpeaking':
        return tell.userStoppedSpeaking();
      case 'userTranscript':
        return tell.userTranscript(event, userIdentity, this.clock.nowAt());
      case 'replyTextBegan':
        this.#replyText = '';
        this.#sequence = 0;
        return tell.replyTextBegan();
      case 'replyText':
        this.#replyText += event.text;
        return tell.replyText(event.text);
      case 'replyTextEnded':
        return tell.replyTextEnded(this.#replyText);
      case 'synthesisBegan':
        return tell.synthesisBegan();
      case 'botStartedSpeaking':
        return tell.botStartedSpeaking(this.#responseId(event.turnId), ++this.#sequence);
      case 'botStoppedSpeaking':
        return tell.botStoppedSpeaking(this.#responseId(event.turnId), ++this.#sequence);
      case 'turnCompleted':
        return [
          ...tell.turnCompleted(event.record.status, event.abortReason),
          ...(debug ? tell.turnTrace(event.record) : []),
        ];
      case 'failed':
        return tell.error(event.message);
    }
  }

  #responseId(turnId: string): string {
    return `${this.session.sessionId}:${turnId}`;
  }
}
