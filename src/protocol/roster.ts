import * as z from 'zod';
import { Character } from './character.ts';
import { Narrative } from './narrative.ts';
import { StageSettings } from './provider-settings.ts';
import { ToolSettings } from './tool-settings.ts';
import { nothingRecollected, Recollection } from './recollection.ts';
import { TurnRecord } from './turn-record.ts';

/*
 * Rooms with several characters. Source: Convai docs, live-apis-beta/multi-character-sessions.md, and the Unity SDK's
 * pages on multi-character sessions, which name error codes and limits.
 */

/** What one room may hold at most, as the Unity SDK has it; an installation may allow less. */
export const mostCharacters = 50;
const uuid = z.uuid();
const commandId = z.string().min(1).max(128);

/** One instance of a character in a room; the same character may be in it twice. */
export const Membership = z.object({
  membershipId: uuid,
  characterId: z.string(),
  /** The character's, when it came in. */
  name: z.string(),
  /** The conversation that this instance goes on with. */
  characterSessionId: z.string(),
  /** It had the floor when the room was made. */
  isInitial: z.boolean(),
  /** Why it has no place in the room, and never will; absent: it has one. */
  failureCode: z.literal('no_agent_free').optional(),
});
export type Membership = z.infer<typeof Membership>;

/** Under which an instance is in the LiveKit room: its tracks and messages come from there. */
export function characterIdentity(membershipId: string): string {
  return `character:${membershipId}`;
}

export const Roster = z.object({
  members: z.array(Membership).max(mostCharacters),
  /** Who is spoken to; null: nobody. */
  activeMembershipId: uuid.nullable(),
  /** Counts changes of whom is spoken to. */
  routeEpoch: z.int().min(0),
  /** Counts changes of who is there. */
  rosterEpoch: z.int().min(0),
});
export type Roster = z.infer<typeof Roster>;

/** `data` of `interaction-target`; a missing target is a mistake, null is nobody. */
export const InteractionTarget = z.object({
  command_id: commandId.nullish(),
  room_session_id: z.string().max(256),
  target_membership_id: z.string().max(256).nullable(),
  expected_route_epoch: z.int(),
});
export type InteractionTarget = z.infer<typeof InteractionTarget>;

/** `data` of `character-roster-update`. */
export const CharacterRosterUpdate = z.object({
  command_id: commandId.nullish(),
  room_session_id: z.string().max(256),
  expected_roster_epoch: z.int(),
  add: z
    .array(
      z.object({
        character_id: z.string().min(1).max(256),
        character_session_id: z.string().max(256).nullish(),
      }),
    )
    .max(mostCharacters)
    .nullish(),
  remove_membership_ids: z.array(z.string().max(256)).max(mostCharacters).nullish(),
  replacement_target_membership_id: z.string().max(256).nullish(),
});
export type CharacterRosterUpdate = z.infer<typeof CharacterRosterUpdate>;

/** A client's wish, as the agent passes it on. `commandId` makes repeating it harmless. */
export const RosterCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('target'), commandId, data: InteractionTarget }),
  z.object({ kind: z.literal('update'), commandId, data: CharacterRosterUpdate }),
]);
export type RosterCommand = z.infer<typeof RosterCommand>;

export const RosterRefusal = z.enum([
  'wrong_room',
  'stale_route_epoch',
  'roster_epoch_mismatch',
  'invalid_target_membership',
  'invalid_membership',
  'duplicate_membership',
  'invalid_replacement_target',
  'empty_roster',
  'empty_command',
  'roster_limit',
  'no_agent_free',
  'character_not_found',
  'character_session_not_found',
  'duplicate_character_session',
  'command_id_conflict',
]);
export type RosterRefusal = z.infer<typeof RosterRefusal>;

/** What became of a command. A repeated one has the outcome of the first, marked as `duplicate`. */
export const RosterOutcome = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    duplicate: z.boolean(),
    previousMembershipId: z.string().nullable(),
    /** As they were right after the command. */
    activeMembershipId: z.string().nullable(),
    routeEpoch: z.int(),
    rosterEpoch: z.int(),
    changed: z.boolean(),
    added: z.array(Membership),
    removedMembershipIds: z.array(z.string()),
  }),
  z.object({
    ok: z.literal(false),
    duplicate: z.boolean(),
    code: RosterRefusal,
    message: z.string(),
    activeMembershipId: z.string().nullable(),
    routeEpoch: z.int(),
    rosterEpoch: z.int(),
  }),
]);
export type RosterOutcome = z.infer<typeof RosterOutcome>;

/** What an agent process needs to let one instance speak. */
export const Role = Membership.extend({
  character: Character,
  /** The endpoint that the character's model is registered with; null means the configured one. Holds its key. */
  ownLlm: StageSettings.nullable(),
  /** The story that it tells; null for none. */
  narrative: Narrative.nullable().default(null),
  /** What it may call, with their secrets; null for nothing. */
  tools: ToolSettings.nullable().default(null),
  /** Of its own conversation, oldest first; the last may be `open`. */
  history: z.array(TurnRecord),
  /** As in an `Assignment`. */
  recalls: z.boolean().optional(),
  recollection: Recollection.default(nothingRecollected),
});
export type Role = z.infer<typeof Role>;

/** The cast of a room, for the agent that serves it. */
export const Cast = Roster.omit({ members: true }).extend({ roles: z.array(Role) });
export type Cast = z.infer<typeof Cast>;
