import type { Db } from '../db/db.ts';
import type { Character } from '../protocol/character.ts';
import type { Inspection } from './inspection.ts';
import type { KnownWords, TextAnswer } from './text-request.ts';

/** One exchange of a chat in writing, as those see it who watch over it. */
export type WatchedTurn = {
  /** Whose conversation it is; the character may be another workspace's that is open to it. */
  workspaceId: string;
  character: Character;
  /** What the Xingchen API alone keeps of the character; empty of one that was made for this answer. */
  xingchen: Record<string, unknown>;
  /** `platformPlugins` as the request has them, else as the character has them: unparsed. */
  plugins: unknown;
  /** Null: nothing is kept. */
  conversationId: string | null;
  /** The turn's, before it is kept. */
  turnId: string;
  /** Who writes: `Speakers`' id; null where nobody was named. */
  speakerId: string | null;
  words: string;
  /** What the client says that its user said before, oldest first; none where the history is the server's. */
  wordsBefore: readonly string[];
  /** Whether the client wants what is said to be inspected. */
  inspected: boolean;
};

/** What else happens in a chat, in the order of the hooks. Each is left out where there is nothing to do. */
export type ChatHooks = {
  /** The character as it is for this answer, and to the hooks below: with rules that come with the chat, for one. */
  persona?: (turn: WatchedTurn) => Character;
  /**
   * Before the model is asked.
   * @returns what the character answers instead, kept like any answer; undefined: the model is asked
   * @throws {PublicError} when the words are not to be answered; nothing is kept
   */
  before?: (turn: WatchedTurn, signal: AbortSignal) => Promise<KnownWords | undefined>;
  /** Who judges words and answer, from now on; undefined: the server's own moderation. */
  inspection?: (turn: WatchedTurn, signal: AbortSignal) => Inspection | undefined;
  /** In the transaction that keeps the model's answer: what goes with it. What it throws takes the answer with it. */
  keeping?: (turn: WatchedTurn, tx: Db) => Promise<void>;
  /** The turn was kept (or answered, where nothing is kept); the client learns of the end when this is done. */
  after?: (turn: WatchedTurn, answer: TextAnswer) => Promise<void>;
};
