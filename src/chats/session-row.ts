import { conversations, voiceSessions } from '../db/schema.ts';
import { ClientContext } from '../protocol/client-context.ts';
import { SessionSettings } from '../protocol/connect.ts';
import { StoredRoster } from './roster.ts';

/** Of the session itself. */
export const sessionColumnsOwn = {
  id: voiceSessions.id,
  conversationId: voiceSessions.conversationId,
  roomName: voiceSessions.roomName,
  userIdentity: voiceSessions.userIdentity,
  settings: voiceSessions.settings,
  context: voiceSessions.context,
  sharedKey: voiceSessions.sharedKey,
  roomAlias: voiceSessions.roomAlias,
  roster: voiceSessions.roster,
  createdAt: voiceSessions.createdAt,
  joinedAt: voiceSessions.joinedAt,
  endedAt: voiceSessions.endedAt,
};
/** With whose and what conversation it is: for a query that joins it. */
export const sessionColumns = {
  ...sessionColumnsOwn,
  workspaceId: conversations.workspaceId,
  characterId: conversations.characterId,
};

/** Settings may have been written by an older version: its missing fields get today's defaults. */
export function parseSession<Row extends { settings: unknown; context: unknown; roster: unknown }>(
  row: Row,
): Omit<Row, 'settings' | 'context' | 'roster'> & {
  settings: SessionSettings;
  context: ClientContext | null;
  roster: StoredRoster | null;
} {
  return {
    ...row,
    settings: SessionSettings.parse(row.settings),
    // What an older version kept and this one cannot read is as if it had not been told: better than no session.
    context: ClientContext.nullable().catch(null).parse(row.context),
    roster: StoredRoster.nullable().parse(row.roster),
  };
}
