import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { DocumentKind, DocumentState } from '../protocol/document.ts';
import type { SessionEnd } from '../protocol/journal.ts';
import type { PictureType } from '../protocol/picture.ts';
import type { McpServer } from '../protocol/tool-settings.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import { bytes, cleanJsonb, cleanText } from './columns.ts';

/*
 * All tables in one place: migrations are made from this file, and the nouns that own the rows (characters/, keys/,
 * chats/) are siblings that may not import one another, while their rows refer to one another.
 */
const createdAt = () => timestamp('created_at', { withTimezone: true }).notNull().defaultNow();
const jsonList = (name: string) =>
  cleanJsonb(name)
    .notNull()
    .default(sql`'[]'::jsonb`);
const jsonObject = (name: string) =>
  cleanJsonb(name)
    .notNull()
    .default(sql`'{}'::jsonb`);
const textOrEmpty = (name: string) => cleanText(name).notNull().default('');

export const workspaces = pgTable('workspaces', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: cleanText('name').notNull().unique(),
  /** Up to 100 are for characters that come with a number of their own. */
  nextCharacterNumber: integer('next_character_number').notNull().default(101),
  createdAt: createdAt(),
});

export const apiKeys = pgTable('api_keys', {
  id: uuid('id').primaryKey().defaultRandom(),
  workspaceId: uuid('workspace_id')
    .notNull()
    .references(() => workspaces.id, { onDelete: 'cascade' }),
  name: cleanText('name').notNull(),
  /** SHA-256 of the key, hex. Keys are 256 random bits, so a slow hash would protect nothing more. */
  keyHash: text('key_hash').notNull().unique(),
  /** The first characters, to recognise a key in a list. */
  keyPrefix: text('key_prefix').notNull(),
  /** Null: as many as there is room for. */
  maxSessions: integer('max_sessions'),
  /** Of a UTC day; null: all of them. */
  maxMinutesPerDay: integer('max_minutes_per_day'),
  createdAt: createdAt(),
  revokedAt: timestamp('revoked_at', { withTimezone: true }),
});

/** Which key a voice session was opened with, until its minutes are counted in `key_usage`. */
export const keySessions = pgTable(
  'key_sessions',
  {
    /** A voice session's; it may be about to be stored, or deleted with its character. */
    sessionId: uuid('session_id').primaryKey(),
    keyId: uuid('key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    openedAt: timestamp('opened_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('key_sessions_by_key').on(table.keyId)],
);

/** What the sessions of a key took of a UTC day. */
export const keyUsage = pgTable(
  'key_usage',
  {
    keyId: uuid('key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    day: date('day', { mode: 'string' }).notNull(),
    usedMs: bigint('used_ms', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.day] })],
);

/** What the columns mean stands in protocol/character.ts, under the same names; the rest is explained here. */
export const characters = pgTable(
  'characters',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    name: cleanText('name').notNull(),
    backstory: cleanText('backstory').notNull(),
    greeting: textOrEmpty('greeting'),
    voice: cleanText('voice'),
    language: cleanText('language').notNull().default('en-US'),
    languages: jsonList('languages'),
    pronunciations: jsonList('pronunciations'),
    boostedWords: jsonList('boosted_words'),
    model: cleanText('model'),
    temperature: doublePrecision('temperature'),
    reasoningEffort: cleanText('reasoning_effort'),
    personality: jsonObject('personality'),
    speakingStyle: textOrEmpty('speaking_style'),
    sampleDialogue: textOrEmpty('sample_dialogue'),
    catchPhrases: jsonList('catch_phrases'),
    objective: textOrEmpty('objective'),
    actions: jsonList('actions'),
    boundaries: textOrEmpty('boundaries'),
    blockedWords: jsonList('blocked_words'),
    moderation: cleanJsonb('moderation')
      .notNull()
      .default(sql`'{"enabled": false, "filters": []}'::jsonb`),
    memoryEnabled: boolean('memory_enabled').notNull().default(true),
    historyTurns: integer('history_turns'),
    /** For galleries; the model never sees it. */
    description: textOrEmpty('description'),
    /** URL of a picture. */
    picture: cleanText('picture'),
    /** `listed` characters stand in the workspace's public galleries. */
    listing: cleanText('listing').notNull().default('unlisted'),
    /** What only one public API knows, as it was sent; each returns its own unchanged. */
    convai: jsonObject('convai'),
    xingchen: jsonObject('xingchen'),
    aiChat: jsonObject('ai_chat'),
    /** Grows with every change. */
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('characters_by_workspace').on(table.workspaceId, table.createdAt),
    uniqueIndex('characters_by_number').on(table.workspaceId, table.number),
  ],
);

/** Language models of workspaces on endpoints of their own. */
export const ownModels = pgTable(
  'own_models',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    groupName: cleanText('group_name').notNull(),
    modelName: cleanText('model_name').notNull(),
    displayName: cleanText('display_name').notNull(),
    baseUrl: cleanText('base_url').notNull(),
    /** By `Sealer`; for this workspace and group name only. */
    apiKeySealed: text('api_key_sealed').notNull(),
    isUncensored: boolean('is_uncensored').notNull().default(false),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('own_models_by_group').on(table.workspaceId, table.groupName),
    uniqueIndex('own_models_by_display').on(table.workspaceId, table.displayName),
  ],
);

/** The story of a character, and whether it is told. */
export const narratives = pgTable('narratives', {
  characterId: uuid('character_id')
    .primaryKey()
    .references(() => characters.id, { onDelete: 'cascade' }),
  isDriven: boolean('is_driven').notNull().default(false),
});

export const narrativeSections = pgTable(
  'narrative_sections',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    /** The order in which they were made. */
    position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    name: cleanText('name').notNull(),
    objective: cleanText('objective').notNull(),
    /** `Decision`s (protocol/narrative.ts). */
    decisions: jsonList('decisions'),
    behaviorTreeCode: textOrEmpty('behavior_tree_code'),
    btConstants: textOrEmpty('bt_constants'),
  },
  (table) => [index('narrative_sections_by_character').on(table.characterId, table.position)],
);

export const narrativeTriggers = pgTable(
  'narrative_triggers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    name: cleanText('name').notNull(),
    message: textOrEmpty('message'),
    destinationSectionId: uuid('destination_section_id').references(() => narrativeSections.id, {
      onDelete: 'set null',
    }),
  },
  (table) => [uniqueIndex('narrative_triggers_by_name').on(table.characterId, table.name)],
);

/** Functions of the world outside that characters may call. */
export const functions = pgTable(
  'functions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    name: cleanText('name').notNull(),
    description: cleanText('description').notNull(),
    language: cleanText('language').notNull(),
    /** By `Sealer`, for it may hold keys. */
    sourceSealed: text('source_sealed').notNull(),
    /** JSON, as it was sent. */
    inputDescription: cleanText('input_description').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('functions_by_workspace').on(table.workspaceId, table.createdAt)],
);

export const characterFunctions = pgTable(
  'character_functions',
  {
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    functionId: uuid('function_id')
      .notNull()
      .references(() => functions.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.characterId, table.functionId] })],
);

export const mcpServers = pgTable(
  'mcp_servers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    name: cleanText('name').notNull(),
    description: textOrEmpty('description'),
    url: cleanText('url').notNull(),
    transport: text('transport').$type<McpServer['transport']>().notNull(),
    /** JSON of an object, by `Sealer`. */
    headersSealed: text('headers_sealed').notNull(),
    /** Names; null: all that it has. */
    toolsAllowlist: cleanJsonb('tools_allowlist'),
    timeoutSeconds: integer('timeout_seconds'),
    resultMaxChars: integer('result_max_chars'),
    enabled: boolean('enabled').notNull().default(true),
    createdAt: createdAt(),
  },
  (table) => [index('mcp_servers_by_workspace').on(table.workspaceId, table.createdAt)],
);

export const characterMcpServers = pgTable(
  'character_mcp_servers',
  {
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    serverId: uuid('server_id')
      .notNull()
      .references(() => mcpServers.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.characterId, table.serverId] })],
);

/** A conversation outlives its voice sessions; its id is the `character_session_id` of the wire. */
export const conversations = pgTable(
  'conversations',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    endUserId: cleanText('end_user_id'),
    /** Where the character's story stands in it; a section that was deleted since counts as none. */
    narrativeSectionId: uuid('narrative_section_id'),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('conversations_by_character').on(table.workspaceId, table.characterId),
    index('conversations_by_user').on(table.workspaceId, table.endUserId),
  ],
);

/** One room with its humans and its characters, from the first /connect to the end. */
export const voiceSessions = pgTable(
  'voice_sessions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    roomName: cleanText('room_name').notNull(),
    settings: cleanJsonb('settings').notNull(),
    /** What its client changed since: `ClientContext`. */
    context: cleanJsonb('context'),
    userIdentity: cleanText('user_identity').notNull(),
    createdAt: createdAt(),
    joinedAt: timestamp('joined_at', { withTimezone: true }),
    endedAt: timestamp('ended_at', { withTimezone: true }),
    endReason: text('end_reason').$type<SessionEnd>(),
    /** The client's name for a room that others may join: `shared_session_key` or `room_name`. */
    sharedKey: cleanText('shared_key'),
    roomAlias: cleanText('room_alias'),
    /** A `StoredRoster`, in a room with several characters. */
    roster: cleanJsonb('roster'),
  },
  (table) => [
    index('voice_sessions_by_room').on(table.roomName),
    index('voice_sessions_by_conversation').on(table.conversationId),
    index('voice_sessions_open')
      .on(table.createdAt)
      .where(sql`ended_at is null`),
    index('voice_sessions_shared')
      .on(table.sharedKey)
      .where(sql`shared_key is not null`),
  ],
);

/** One human who was let into a voice session; the id is the `session_id` that their /connect was answered with. */
export const participants = pgTable(
  'participants',
  {
    id: uuid('id').primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => voiceSessions.id, { onDelete: 'cascade' }),
    identity: cleanText('identity').notNull(),
    speakerId: cleanText('speaker_id'),
    speakerName: cleanText('speaker_name'),
    /** False: their /connect wished that nothing is remembered of them, and nothing recalled. */
    remembered: boolean('remembered').notNull().default(true),
    /** When they were last let in: a place is kept for one who has not come for so long. */
    admittedAt: timestamp('admitted_at', { withTimezone: true }).notNull(),
    joinedAt: timestamp('joined_at', { withTimezone: true }),
    leftAt: timestamp('left_at', { withTimezone: true }),
  },
  (table) => [
    uniqueIndex('participants_of_session').on(table.sessionId, table.identity),
    index('participants_by_speaker').on(table.speakerId),
  ],
);

export const turns = pgTable(
  'turns',
  {
    id: uuid('id').primaryKey(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    sessionId: uuid('session_id').references(() => voiceSessions.id, { onDelete: 'set null' }),
    /** Order within the conversation, given by the database at the first append. */
    position: bigint('position', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    origin: text('origin').$type<TurnRecord['origin']>().notNull(),
    userText: cleanText('user_text'),
    /** Who said it, as they were known then. */
    participantId: cleanText('participant_id'),
    speakerId: cleanText('speaker_id'),
    speakerName: cleanText('speaker_name'),
    assistantText: cleanText('assistant_text').notNull(),
    status: text('status').$type<TurnRecord['status']>().notNull(),
    stages: cleanJsonb('stages').notNull(),
    /** `Materials`: what the model was given to answer from. */
    material: cleanJsonb('material'),
    /** A `TurnUsage`, once the turn has ended. */
    usage: cleanJsonb('usage'),
    /** `ToolCallRecord`s; null for none. */
    toolCalls: cleanJsonb('tool_calls'),
    startedAt: timestamp('started_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    uniqueIndex('turns_in_order').on(table.conversationId, table.position),
    index('turns_by_session').on(table.sessionId),
    index('turns_by_speaker').on(table.speakerId),
  ],
);

/** A workspace's uploaded files. */
export const knowledgeDocuments = pgTable(
  'knowledge_documents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    name: cleanText('name').notNull(),
    kind: text('kind').$type<DocumentKind>().notNull(),
    bytes: integer('bytes').notNull(),
    /** SHA-256 of the file, hex: the same file twice is one document. */
    hash: text('hash').notNull(),
    state: text('state').$type<DocumentState>().notNull(),
    /** Why it failed, in words for whoever uploaded it. */
    fault: cleanText('fault'),
    /** Percent of the work that makes it searchable. */
    progress: integer('progress').notNull().default(0),
    /** Of its text. */
    characters: integer('characters').notNull().default(0),
    passages: integer('passages').notNull().default(0),
    /** What its vectors were made with; null when it has none. */
    model: cleanText('model'),
    /** How often the work was begun. */
    attempts: integer('attempts').notNull().default(0),
    /** Grows with every new content: work on an older one is thrown away. */
    revision: integer('revision').notNull().default(1),
    /** Until then some server works on it. */
    leasedUntil: timestamp('leased_until', { withTimezone: true }),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('knowledge_documents_by_content').on(table.workspaceId, table.hash),
    index('knowledge_documents_by_workspace').on(table.workspaceId, table.createdAt),
    index('knowledge_documents_to_do')
      .on(table.updatedAt)
      .where(sql`state in ('waiting', 'working', 'deleting')`),
  ],
);

/** Files that are still to be read. */
export const knowledgeFiles = pgTable('knowledge_files', {
  documentId: uuid('document_id')
    .primaryKey()
    .references(() => knowledgeDocuments.id, { onDelete: 'cascade' }),
  content: bytes('content').notNull(),
});

/** Which characters answer from which documents: a row is an active one. */
export const knowledgeLinks = pgTable(
  'knowledge_links',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    documentId: uuid('document_id')
      .notNull()
      .references(() => knowledgeDocuments.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.characterId, table.documentId] }),
    index('knowledge_links_by_document').on(table.documentId),
  ],
);

/** Documents in pieces of a few sentences. Their vectors are in `knowledge_vectors`, where there is pgvector (knowledge/vectors.ts). */
export const knowledgePassages = pgTable(
  'knowledge_passages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    documentId: uuid('document_id')
      .notNull()
      .references(() => knowledgeDocuments.id, { onDelete: 'cascade' }),
    /** Order within the document. */
    position: integer('position').notNull(),
    text: cleanText('text').notNull(),
    /** What it is about, as `knowledge/terms.ts` has it. */
    terms: text('terms').array().notNull(),
  },
  (table) => [
    uniqueIndex('knowledge_passages_in_order').on(table.documentId, table.position),
    index('knowledge_passages_by_term').using('gin', table.terms),
  ],
);

/** The terms of a workspace's passages: rare ones tell more, and what a recogniser misheard is looked up among them. */
export const knowledgeWords = pgTable(
  'knowledge_words',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    word: text('word').notNull(),
    /** That have it. */
    passages: integer('passages').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.word] })],
);

/** A human whom a workspace's clients know: by a device, or by an id of the client's own. */
export const speakers = pgTable(
  'speakers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    /** `deviceId` of the wire, or `end_user_id`: the web SDK sends one value as both. */
    deviceId: cleanText('device_id'),
    name: cleanText('name'),
    metadata: cleanJsonb('metadata'),
    createdAt: createdAt(),
    lastActiveAt: timestamp('last_active_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('speakers_by_device').on(table.workspaceId, table.deviceId),
    index('speakers_by_workspace').on(table.workspaceId, table.createdAt),
  ],
);

/** What a character remembers of somebody. */
export const memories = pgTable(
  'memories',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    /** Whose: a speaker's id, or the client's own id of one who is no known speaker. */
    personId: cleanText('person_id').notNull(),
    /** Of what there can be one at a time, such as `name`: the newer replaces the older. */
    key: cleanText('key'),
    text: cleanText('text').notNull(),
    /** 1 to 3: a passing taste, a fact, what must never be forgotten. */
    importance: integer('importance').notNull(),
    metadata: cleanJsonb('metadata'),
    /** Where it was said; null when it came by the API, or what was said is deleted. */
    conversationId: uuid('conversation_id').references(() => conversations.id, {
      onDelete: 'set null',
    }),
    turnId: uuid('turn_id').references(() => turns.id, { onDelete: 'set null' }),
    saidAt: timestamp('said_at', { withTimezone: true }).notNull(),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('memories_of_person').on(table.workspaceId, table.characterId, table.personId),
    index('memories_by_person').on(table.workspaceId, table.personId),
    index('memories_by_turn').on(table.turnId),
    index('memories_by_conversation').on(table.conversationId),
  ],
);

/** When all that a character remembered of somebody was erased: what was said before is not drawn from any more. */
export const memoryErasures = pgTable(
  'memory_erasures',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    characterId: uuid('character_id')
      .notNull()
      .references(() => characters.id, { onDelete: 'cascade' }),
    personId: cleanText('person_id').notNull(),
    erasedAt: timestamp('erased_at', { withTimezone: true }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.characterId, table.personId] })],
);

/** The older turns of a long conversation in few words. */
export const conversationSummaries = pgTable('conversation_summaries', {
  conversationId: uuid('conversation_id')
    .primaryKey()
    .references(() => conversations.id, { onDelete: 'cascade' }),
  text: cleanText('text').notNull(),
  /** The last turn it covers. */
  throughTurnId: uuid('through_turn_id').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
});

/** What is to be done with conversations when nobody waits for it. */
export const afterwork = pgTable(
  'afterwork',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'facts' | 'summary'>().notNull(),
    /** Of the last turn it is done for. */
    throughPosition: bigint('through_position', { mode: 'number' }).notNull().default(0),
    /** Null when there is nothing to do. Who does it puts it off meanwhile, so that it is not lost with them. */
    dueAt: timestamp('due_at', { withTimezone: true }),
    /** Failed or broken off, one after the other. */
    attempts: integer('attempts').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.kind] }),
    index('afterwork_due')
      .on(table.dueAt)
      .where(sql`due_at is not null`),
  ],
);

/** What users think of answers. */
export const messageRatings = pgTable(
  'message_ratings',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    turnId: uuid('turn_id')
      .primaryKey()
      .references(() => turns.id, { onDelete: 'cascade' }),
    /** -1 to 5. */
    rating: integer('rating').notNull(),
    ratedAt: timestamp('rated_at', { withTimezone: true }).notNull(),
  },
  (table) => [index('message_ratings_by_workspace').on(table.workspaceId)],
);

/** Pictures that characters were asked for, and what became of them: one for a turn. */
export const imageJobs = pgTable(
  'image_jobs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    turnId: uuid('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    /** What is to be drawn. */
    prompt: cleanText('prompt').notNull(),
    state: text('state').$type<'waiting' | 'working' | 'done' | 'failed'>().notNull(),
    /** Why it failed, in words for whoever asked. */
    fault: cleanText('fault'),
    /** Where its endpoint keeps it; null where it is kept in `images`. */
    url: cleanText('url'),
    /** How often it was begun. Who works on it holds it by this number, too. */
    attempts: integer('attempts').notNull().default(0),
    /** Until then some server works on it, or nobody shall. */
    leasedUntil: timestamp('leased_until', { withTimezone: true }),
    createdAt: createdAt(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('image_jobs_by_turn').on(table.turnId),
    index('image_jobs_by_workspace').on(table.workspaceId, table.createdAt),
    index('image_jobs_to_do')
      .on(table.createdAt)
      .where(sql`state in ('waiting', 'working')`),
  ],
);

/** Pictures that came as bytes. */
export const images = pgTable(
  'images',
  {
    /** 256 random bits: whoever has the address may see the picture. */
    id: text('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id, { onDelete: 'cascade' }),
    jobId: uuid('job_id')
      .notNull()
      .references(() => imageJobs.id, { onDelete: 'cascade' }),
    type: text('type').$type<PictureType>().notNull(),
    content: bytes('content').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    uniqueIndex('images_by_job').on(table.jobId),
    index('images_by_workspace').on(table.workspaceId, table.createdAt),
  ],
);

/** What an app shows to act for one of its users: a speaker of the workspace. */
export const userTokens = pgTable(
  'user_tokens',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    speakerId: uuid('speaker_id')
      .notNull()
      .references(() => speakers.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, hex: it is 256 random bits, as keys are. */
    tokenHash: text('token_hash').notNull().unique(),
    createdAt: createdAt(),
    expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
    revokedAt: timestamp('revoked_at', { withTimezone: true }),
  },
  (table) => [index('user_tokens_by_speaker').on(table.speakerId)],
);

/** Which turn answered a request that may come again; goes with its turn, and is forgotten after a day. */
export const answeredRequests = pgTable(
  'answered_requests',
  {
    /** Of the conversation's user and the key that the client made; hex SHA-256. */
    keyHash: text('key_hash').notNull(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** Of what was asked: another question under the same key is a mistake. */
    digest: text('digest').notNull(),
    turnId: uuid('turn_id')
      .notNull()
      .references(() => turns.id, { onDelete: 'cascade' }),
    answeredAt: timestamp('answered_at', { withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.keyHash] }),
    index('answered_requests_by_time').on(table.answeredAt),
    index('answered_requests_by_turn').on(table.turnId),
  ],
);

/** Conversations in which an answer in writing is on its way; of one that was deleted meanwhile, too. */
export const runningAnswers = pgTable('running_answers', {
  conversationId: uuid('conversation_id').primaryKey(),
  /** Whoever gives the answer. */
  holder: uuid('holder').notNull(),
  /** Renewed while it takes; behind it, the process that gave it is dead. */
  leasedUntil: timestamp('leased_until', { withTimezone: true }).notNull(),
});

/** Values the server makes once and keeps, such as which seeds were planted. */
export const facts = pgTable('facts', {
  name: text('name').primaryKey(),
  value: cleanJsonb('value').notNull(),
  createdAt: createdAt(),
});
