import type { TurnRecord } from '../protocol/turn-record.ts';

/** What a conversation tells the outside, in the order in which clients must learn it. */
export type ConversationEvent =
  | { kind: 'userStartedSpeaking' }
  | { kind: 'userStoppedSpeaking' }
  /** Not final: the words so far, each replacing the one before. */
  | { kind: 'userTranscript'; text: string; final: boolean }
  | { kind: 'replyTextBegan'; turnId: string }
  | { kind: 'replyText'; turnId: string; text: string }
  | { kind: 'replyTextEnded'; turnId: string }
  | { kind: 'synthesisBegan'; turnId: string }
  | { kind: 'botStartedSpeaking'; turnId: string }
  | { kind: 'botStoppedSpeaking'; turnId: string }
  /** The record is stored. */
  | { kind: 'turnCompleted'; record: TurnRecord; abortReason: 'audio_delivery_failed' | undefined }
  /** A provider failed and the user is told so. */
  | { kind: 'failed'; stage: 'stt' | 'llm' | 'tts'; message: string };
