import type { Clock } from '../lifetime/clock.ts';
import type { Assignment, SessionEnd, Welcome } from '../protocol/journal.ts';
import type { Participant } from '../protocol/participant.ts';
import type { FactNews, Summary } from '../protocol/recollection.ts';
import type { Log } from '../telemetry/log.ts';

export type JournalSettings = {
  /** The server's address, http(s) or ws(s); its path is replaced. */
  url: string;
  secret: string;
  /** New for every process: the server takes the same id for the same rooms. */
  agentId: string;
  clock: Clock;
  log: Log;
  /** The rooms this process has joined and not left, none that it only tries to join; told after every reconnect. */
  currentRooms: () => string[];
  /** Gives up opening. */
  signal?: AbortSignal;
};

export type JournalEvents = {
  assign: [assignment: Assignment];
  endSession: [end: { sessionId: string; reason: SessionEnd }];
  /** Somebody more was let into a session's room. */
  expect: [coming: { sessionId: string; participant: Participant }];
  /** A newer summary of a conversation of the session. */
  summary: [newer: { sessionId: string; characterSessionId: string; summary: Summary }];
  /** What is remembered of somebody in a session has changed. */
  facts: [news: FactNews & { sessionId: string }];
  /** There is something to recall for a character now. */
  recalls: [of: { characterId: string }];
  /** The room was given to another process: leave it at once, end nothing. */
  leaveRoom: [room: { roomName: string }];
  drain: [];
  /** Rooms that were admitted wait for an agent. */
  openUp: [];
  /** The server took us in: first, and again after each reconnect. */
  welcome: [welcome: Welcome];
  lost: [];
};
