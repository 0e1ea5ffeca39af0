import type { RequestKey } from '../chats/written-turns.ts';
import type { Db } from '../db/db.ts';
import type { Occasion } from '../prompt/occasion.ts';
import type { Told } from '../prompt/told.ts';
import type { ActionConfig } from '../protocol/action-config.ts';
import type { Character } from '../protocol/character.ts';
import type { Participant } from '../protocol/participant.ts';
import type { Inspection } from './inspection.ts';
import type { PerformedAction } from '../protocol/server-messages.ts';
import type { ToolCallRecord, TurnRecord } from '../protocol/turn-record.ts';
import type { LlmOptions, Tool, ToolCall } from '../providers/llm/llm.ts';

/** Functions that the application calls itself. @property mustCall the name of the one that is to be called */
export type TextTools = { offered: Tool[]; mustCall?: string };

/** What an API asks of a character in writing. */
export type TextRequest = {
  workspaceId: string;
  /** One of the workspace, or one that was made for this answer: the caller has looked it up. */
  character: Character;
  /** The workspace's, and this character's (`Conversations.open`). Null: nothing is kept, and nothing is remembered. */
  conversationId: string | null;
  /** When it did, where one may be deleted and begun anew under its id: the answer belongs to this one. */
  conversationBegan?: Date;
  /** Who writes, where that is known. */
  speaker?: Participant;
  /** What is answered; null where the character writes unasked, or answers anew. */
  words: string | null;
  /** What it writes about unasked. */
  occasion?: Occasion;
  /**
   * The last turn is answered anew: with other words, or with the same when `words` is null. It is refused where
   * `turnId` names another one.
   */
  anew?: boolean;
  /** What the application tells: a scenario, who the user is. */
  told?: Partial<Told>;
  /** Instead of what the conversation has, oldest first. */
  history?: TurnRecord[];
  /** Under which the answer is found again, by `WrittenTurns.answered`. */
  key?: RequestKey;
  /** Of the turn, where the application has to know it before; one that is answered anew has its own already. */
  turnId?: string;
  /** It knows its past by itself, so that it needs not wait for what else is answered in the conversation. */
  isIndependent?: boolean;
  /** In the transaction that stores the turn: what goes with it. */
  keeping?: (tx: Db) => Promise<void>;
  tools?: TextTools;
  /** What the character may do besides, and to what. */
  actions?: ActionConfig;
  /** What such functions have returned, oldest first. */
  toolNotes?: readonly ToolCallRecord[];
  /** Whether the model is asked how many tokens it took; else they are estimated. */
  countTokens?: boolean;
  /** Judges words and answer, instead of the server's own moderation. */
  inspection?: Inspection;
  /** Other than the character's own. */
  sampling?: Pick<LlmOptions, 'model' | 'temperature' | 'topP' | 'seed' | 'maxTokens'>;
};

/** @property usage what finding them out took */
export type CountedWords = { text: string; usage?: TurnRecord['usage'] };
/** What a character says that is known already. */
export type KnownWords = string | CountedWords;

/**
 * @property position of the kept turn, see `WrittenTurns.keep`; null when nothing was to be kept, or functions are to be called first
 * @property finishReason the model's, such as `stop` or `length`
 * @property actions what the character does, of what it may
 * @property calls of functions that are now the application's to make, in order; the words may be empty then
 */
export type TextAnswer = {
  turn: TurnRecord;
  position: number | null;
  finishReason: string;
  calls: readonly ToolCall[];
  actions?: readonly PerformedAction[];
};
