import type { RequestKey } from '../chats/written-turns.ts';
import type { Occasion } from '../prompt/occasion.ts';
import type { Told } from '../prompt/told.ts';
import type { Character } from '../protocol/character.ts';
import type { Participant } from '../protocol/participant.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { LlmOptions } from '../providers/llm/llm.ts';

/** What an API asks of a character in writing. */
export type TextRequest = {
  workspaceId: string;
  /** One of the workspace, or one that was made for this answer: the caller has looked it up. */
  character: Character;
  /** The workspace's, and this character's (`Conversations.open`). Null: nothing is kept, and nothing is remembered. */
  conversationId: string | null;
  /** Who writes, where that is known. */
  speaker?: Participant;
  /** What is answered; null where the character writes unasked, or answers anew. */
  words: string | null;
  /** What it writes about unasked. */
  occasion?: Occasion;
  /** The last turn is answered anew: with other words, or with the same when `words` is null. */
  anew?: boolean;
  /** What the application tells: a scenario, who the user is. */
  told?: Partial<Told>;
  /** Instead of what the conversation has, oldest first. */
  history?: TurnRecord[];
  /** Under which the answer is found again, by `WrittenTurns.answered`. */
  key?: RequestKey;
  /** Other than the character's own. */
  sampling?: Pick<LlmOptions, 'model' | 'temperature' | 'topP' | 'seed' | 'maxTokens'>;
};

/** @property position of the kept turn, see `WrittenTurns.keep`; null when nothing was to be kept */
export type TextAnswer = { turn: TurnRecord; position: number | null };
