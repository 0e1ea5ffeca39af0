import type { Clock } from '../lifetime/clock.ts';
import type { ClientContext } from '../protocol/client-context.ts';
import type { RosterAnswer } from '../protocol/journal.ts';
import type { Material, RecallQuery } from '../protocol/material.ts';
import type { RosterCommand } from '../protocol/roster.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Llm } from '../providers/llm/llm.ts';
import type { Moderation } from '../providers/moderation/moderation.ts';
import type { Stt } from '../providers/stt/stt.ts';
import type { Tts } from '../providers/tts/tts.ts';
import type { Vad } from '../providers/vad/vad.ts';
import type { AgentRoom } from '../room/agent-room.ts';
import type { Log } from '../telemetry/log.ts';
import type { StageModels } from './diagnostics.ts';
import type { IdleRules } from './idle-watch.ts';
import type { Podium } from './part.ts';

/** What a voice session asks of the server. */
interface SessionJournal {
  appendTurn(sessionId: string, turn: TurnRecord, membershipId?: string): Promise<void>;
  keepContext(sessionId: string, context: ClientContext): Promise<void>;
  clientJoined(sessionId: string): Promise<void>;
  /** Who is there now. */
  attendance(sessionId: string, here: string[]): Promise<void>;
  /** Asked once, over the line as it is now. */
  recall(
    of: { sessionId: string; membershipId?: string | undefined },
    query: RecallQuery,
    signal: AbortSignal,
  ): Promise<Material[]>;
  rosterCommand(sessionId: string, command: RosterCommand): Promise<RosterAnswer>;
}

export type SessionDeps = {
  clock: Clock;
  log: Log;
  vad: Vad;
  providers: { stt: Stt; llm: Llm; tts: Tts; moderation?: Moderation };
  journal: SessionJournal;
  models: StageModels;
  /** For persona and conversation in a prompt, in estimated tokens. */
  budgetTokens: number;
  /** Undefined: sessions may be idle for ever. */
  idle: IdleRules | undefined;
  /** Whether LiveKit has this participant in the room. @throws when it does not answer */
  isThere: (identity: string) => Promise<boolean>;
  /** Another participant of ours in the same room, that only speaks. @throws when it cannot join */
  enterAs: (identity: string, name: string, send: Podium['send']) => Promise<AgentRoom>;
};
