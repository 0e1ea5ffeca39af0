import type { Participant } from '../protocol/participant.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Emotion } from '../script/emotion.ts';

/** What a conversation tells the outside, in the order in which clients must learn it. */
export type ConversationEvent =
  | { kind: 'userStartedSpeaking'; speaker?: Participant }
  | { kind: 'userStoppedSpeaking'; speaker?: Participant }
  /** Not final: the words so far, each replacing the one before. */
  | { kind: 'userTranscript'; text: string; final: boolean; speaker?: Participant }
  | { kind: 'replyTextBegan'; turnId: string }
  | { kind: 'replyText'; turnId: string; text: string }
  | { kind: 'replyTextEnded'; turnId: string }
  /** What the user said was judged. `reason`: why it is not answered, or null. */
  | { kind: 'moderated'; userText: string; reason: string | null }
  /** The answer has no words; the model may have chosen so. */
  | { kind: 'noResponse'; turnId: string; reason: 'abstain' | undefined }
  /** What the character does in this turn, in order. Never between two pieces of text. */
  | { kind: 'actions'; turnId: string; actions: PerformedAction[] }
  /** The words of this turn lead the story on from one section to another. Never between two pieces of text. */
  | { kind: 'story'; turnId: string; from: string; to: string }
  /** How it feels over the whole turn: as soon as that is known, also between two pieces of text. */
  | { kind: 'emotion'; turnId: string; emotion: Emotion }
  | { kind: 'synthesisBegan'; turnId: string }
  | { kind: 'botStartedSpeaking'; turnId: string }
  | { kind: 'botStoppedSpeaking'; turnId: string }
  /** The record is stored. */
  | { kind: 'turnCompleted'; record: TurnRecord; abortReason: 'audio_delivery_failed' | undefined }
  /** A provider failed and the user is told so. */
  | { kind: 'failed'; stage: 'stt' | 'llm' | 'tts'; message: string };
