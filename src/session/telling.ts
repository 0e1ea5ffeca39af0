import type { Clock } from '../lifetime/clock.ts';
import type { ConversationEvent } from '../pipeline/conversation-event.ts';
import { preRollMs } from '../pipeline/recording.ts';
import type { Section } from '../protocol/narrative.ts';
import type { Participant } from '../protocol/participant.ts';
import type { ClientBoundMessage } from '../protocol/server-messages.ts';
import { tell, type ResponseMark, type Speaker } from '../protocol/tell.ts';
import type { Emotion } from '../script/emotion.ts';
import type { Diagnostics } from './diagnostics.ts';

/** The answer that is being told; none between turns. */
type Response = Pick<ResponseMark, 'sequence' | 'face'> & {
  turnId: string | undefined;
  number: number;
};

/** Of which session it is told. */
export type Told = {
  /** What the ids of answers begin with. */
  id: string;
  speaker: Speaker;
  /** Another process told of it before. */
  isTakenOver: boolean;
  /** As what the frames of the face of an answer that begins to be spoken will be told. */
  face?: () => { turn: number; epoch: number };
};

/** Turns what happens in a conversation into the messages that clients read. */
export class Telling {
  #replyText = '';
  /** As the client knows it; undefined where another process told it. */
  #emotion: Emotion['emotion'] | undefined;
  #hearingSinceMs = 0;
  #writing = false;
  /** Sections that were entered between two pieces of text, where no client may be told. */
  #entered: Section[] = [];
  #response: Response = { turnId: undefined, number: 0, sequence: 0 };

  constructor(
    private readonly session: Told,
    private readonly diagnostics: Diagnostics,
    private readonly clock: Clock,
    private readonly send: (message: ClientBoundMessage) => void,
  ) {
    if (!session.isTakenOver) this.#emotion = 'neutral';
  }

  /** `session:r4`: the answer that is being told, or was last. */
  get responseId(): string {
    return `${this.session.id}:r${this.#response.number}`;
  }

  tell(event: ConversationEvent): void {
    for (const message of this.#messages(event)) this.send(message);
    for (const section of this.#writing ? [] : this.#entered.splice(0)) this.tellSection(section);
  }

  /** The story is in this section. */
  tellSection(section: Section): void {
    if (this.#writing) {
      this.#entered = [section];
      return;
    }
    const { id, behaviorTreeCode: code, btConstants: constants } = section;
    for (const message of tell.behaviorTreeResponse(id, { code, constants })) this.send(message);
  }

  #messages(event: ConversationEvent): ClientBoundMessage[] {
    const { speaker } = this.session;
    switch (event.kind) {
      case 'userStartedSpeaking':
        this.#hearingSinceMs = this.clock.nowMs();
        return tell.userStartedSpeaking(this.clock.nowAt(), preRollMs);
      case 'userStoppedSpeaking': {
        const heardMs = Math.round(this.clock.nowMs() - this.#hearingSinceMs) + preRollMs;
        return tell.userStoppedSpeaking(this.clock.nowAt(), 'hangover_elapsed', heardMs);
      }
      case 'userTranscript':
        return tell.userTranscript(
          event,
          event.speaker ? speakerOf(event.speaker) : speaker,
          this.clock.nowAt(),
        );
      case 'replyTextBegan':
        this.#replyText = '';
        this.#writing = true;
        return tell.replyTextBegan();
      case 'replyText':
        this.#replyText += event.text;
        return tell.replyText(event.text);
      case 'replyTextEnded':
        this.#writing = false;
        return tell.replyTextEnded(this.#replyText);
      case 'moderated':
        return tell.moderationResponse(event.userText, event.reason);
      case 'noResponse':
        return tell.llmNoResponse(event.reason);
      case 'actions':
        return tell.actionResponse(event.actions);
      // Where it leads is told by who knows the story.
      case 'story':
        return [];
      case 'emotion':
        return this.#feel(event.emotion);
      case 'synthesisBegan':
        return tell.synthesisBegan();
      case 'botStartedSpeaking':
        return tell.botStartedSpeaking(this.#firstMark(event.turnId));
      case 'botStoppedSpeaking':
        return tell.botStoppedSpeaking(this.#mark(event.turnId));
      case 'turnCompleted':
        // The end of a turn is the last that is said of it.
        return [
          ...this.diagnostics.turn(event.record),
          ...tell.turnCompleted(
            event.record.status,
            event.abortReason,
            this.#lastMark(event.record.id),
          ),
        ];
      case 'failed':
        return tell.error(event.message);
    }
  }

  /** A face at rest need not be told to rest. */
  #feel({ emotion, scale }: Emotion): ClientBoundMessage[] {
    const wasAtRest = this.#emotion === 'neutral';
    this.#emotion = emotion;
    return wasAtRest && emotion === 'neutral' ? [] : tell.botEmotion(emotion, scale);
  }

  /** From here on it has a face. */
  #firstMark(turnId: string): ResponseMark {
    this.#enter(turnId);
    const face = this.session.face?.();
    if (face) this.#response.face = face;
    return this.#mark(turnId);
  }

  #mark(turnId: string): ResponseMark {
    this.#enter(turnId);
    const sequence = ++this.#response.sequence;
    const { face } = this.#response;
    return { responseId: this.responseId, sequence, ...(face && { face }) };
  }

  /** A turn that is answered twice, since the user went on before a sound, has two responses. */
  #enter(turnId: string): void {
    const { number, turnId: told } = this.#response;
    if (turnId !== told) this.#response = { turnId, number: number + 1, sequence: 0 };
  }

  /** What comes after the end of a turn belongs to another response. */
  #lastMark(turnId: string): ResponseMark {
    const last = this.#mark(turnId);
    this.#response.turnId = undefined;
    return last;
  }
}

/** Whose words a transcript has, as messages name them. */
export function speakerOf({ identity, speakerId, speakerName }: Participant): Speaker {
  return {
    participantId: identity,
    ...(speakerId !== null && { speakerId }),
    ...(speakerName !== null && { speakerName }),
  };
}
