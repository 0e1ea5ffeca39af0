import { Characters } from '../characters/characters.ts';
import { OpenCharacters } from '../characters/open-characters.ts';
import { ChatHistory } from '../chats/chat-history.ts';
import { Conversations } from '../chats/conversations.ts';
import { forgetSpeaker } from '../chats/forget-speaker.ts';
import { Participants } from '../chats/participants.ts';
import { RunningAnswers } from '../chats/running-answers.ts';
import { Turns } from '../chats/turns.ts';
import { VoiceSessions } from '../chats/voice-sessions.ts';
import { WrittenTurns } from '../chats/written-turns.ts';
import type { Database } from '../db/db.ts';
import { Sealer } from '../db/sealer.ts';
import { Functions } from '../functions/functions.ts';
import { sealingSecret } from '../keys/secrets.ts';
import { threadExtraction } from '../knowledge/extraction.ts';
import { Knowledge } from '../knowledge/knowledge.ts';
import { McpServers } from '../mcp/mcp-servers.ts';
import { forgetPerson } from '../memory/forget-person.ts';
import { Cloning } from '../minds/cloning.ts';
import { withOwnRules } from '../minds/declining.ts';
import { FactVectors } from '../minds/fact-vectors.ts';
import { Interactions } from '../minds/interactions.ts';
import { knowledgeSource } from '../minds/knowledge-source.ts';
import { memorySource } from '../minds/memory-source.ts';
import { Recall } from '../minds/recall.ts';
import { Remembering } from '../minds/remembering.ts';
import { SessionStore } from '../minds/session-store.ts';
import { TextChat } from '../minds/text-chat.ts';
import { toolsOf } from '../minds/tools-of.ts';
import { OwnModels } from '../models/own-models.ts';
import { Narratives } from '../narratives/narratives.ts';
import { AddressGuard } from '../net/address-guard.ts';
import { promptBudget } from '../prompt/prompt.ts';
import type { TurnRecord } from '../protocol/turn-record.ts';
import type { Providers } from '../providers/open-providers.ts';
import { defaultJoinWithinSeconds } from '../room/token.ts';
import { Speakers } from '../speakers/speakers.ts';
import type { Ground } from './ground.ts';
import { embeddingOf } from './provider-settings.ts';

/** How long a client's token lets it in. */
export const tokenLifeMs = defaultJoinWithinSeconds * 1000;

/** What is kept outside the database of what was in it: whoever keeps it says how it is cleared away. */
type Leftovers = { clear: () => Promise<void> };

type MindParts = {
  database: Database;
  /** The server's own line to the providers: agents have theirs. */
  providers: Providers;
  /** Tokens that the language model reads at once, where the operator says so. */
  contextTokens: number | undefined;
  /** Told each turn of a chat in writing. */
  onWritten: (turn: TurnRecord) => void;
};

/** Characters and what they say, know and remember: one set of nouns behind every API. */
export async function openMind(
  ground: Ground,
  { database, providers, contextTokens, onWritten }: MindParts,
) {
  const { config, clock, log, scope } = ground;
  const { db } = database;
  const leftovers: Leftovers = { clear: () => Promise.resolve() };
  const onDeleted = () => leftovers.clear();
  const characters = new Characters(db, onDeleted);
  const openCharacters = new OpenCharacters(db);
  // Who may be spoken to, with the rules they keep: other workspaces' characters too, where their owners allow it.
  const spokenTo = {
    get: async (workspaceId: string, ref: string | number) => {
      const found = await openCharacters.find(workspaceId, ref, 'allowChat');
      return found && withOwnRules(found.record);
    },
    list: (workspaceId: string) => characters.list(workspaceId),
  };
  const conversations = new Conversations(db);
  const turns = new Turns(db);
  const sessions = new VoiceSessions(db);
  const written = new WrittenTurns(db);
  const narratives = new Narratives(db);
  const participants = new Participants(db);
  const speakers: Speakers = new Speakers({
    ...{ db, clock, forget: [forgetPerson, forgetSpeaker], onDeleted },
    forgetting: (workspaceId, ids) => remembering.forgetting(workspaceId, ids),
  });
  const { functions, mcpServers, models, tools } = await openCallables(ground, database);
  const remembering: Remembering = new Remembering({
    ...{ db, clock, log, characters, models, turns, sessions, speakers, providers },
    ...{ participants, isAlone: database.kind === 'pglite' },
    budgetTokens: promptBudget(contextTokens),
  });
  const { recollecting, desk } = remembering;
  const embedding = embeddingOf(ground);
  const knowledge = await scope.own(
    'knowledge',
    Knowledge.open(database, { embedding, extract: threadExtraction(clock), clock, log }),
  );
  const facts = memorySource({
    ...{ memories: recollecting.memories, speakers, characters, clock },
    leastCosine: embedding.leastCosine,
    vectors: new FactVectors({
      ...{ embedding, clock },
      onFailed: (err) => {
        log.warn({ err }, 'facts could not be embedded');
      },
    }),
  });
  const recall = new Recall([knowledgeSource(knowledge.search, clock), facts], { clock, log });
  const store = new SessionStore({
    ...{ sessions, participants, characters: spokenTo, models, conversations, turns },
    ...{ narratives, tools, clock, tokenLifeMs, holdMs: config.agents.joinTimeoutMs },
    ...{ mostCharacters: config.rooms.mostCharacters, recall, recollecting, afterwork: desk },
  });
  const running = new RunningAnswers({ db, clock, log });
  await running.clear({ isAlone: database.kind === 'pglite' });
  const textChat = new TextChat({
    ...{ turns, written, running, models, recall, providers, clock, log, recollecting },
    keeping: (tx, conversationId) => desk.turnWriting(conversationId, tx),
    onKept: ({ conversationId }, turn) => {
      onWritten(turn);
      if (conversationId !== null) void desk.turnWritten(conversationId);
    },
  });
  return {
    ...{ openCharacters, spokenTo },
    ...{ characters, conversations, turns, written, narratives, speakers, models },
    ...{ functions, mcpServers, remembering, knowledge, store, textChat },
    memories: recollecting.memories,
    history: new ChatHistory(db, onDeleted),
    leftovers,
    cloning: new Cloning(db),
    interactions: new Interactions({ textChat, conversations, providers, clock, log }),
  };
}

/** What a character may call, with secrets that are sealed at rest. */
async function openCallables({ config, log }: Ground, { db }: Database) {
  const { dataDir, privateHosts } = config;
  const sealer = new Sealer(await sealingSecret(dataDir, config.sealingSecret));
  const guard = new AddressGuard(privateHosts);
  const onUnreadable = (id: string) => {
    log.error({ id }, 'what a character calls was sealed with another secret');
  };
  const functions = new Functions({ db, sealer, guard, onUnreadable });
  const mcpServers = new McpServers({ db, sealer, guard, onUnreadable });
  const models = new OwnModels({
    ...{ db, sealer, guard, privateHosts },
    onUnreadable: (groupName) => {
      log.error({ groupName }, 'the key of a registered model was sealed with another secret');
    },
  });
  const tools = (workspaceId: string, characterId: string) =>
    toolsOf(workspaceId, characterId, { functions, mcpServers, privateHosts });
  return { functions, mcpServers, models, tools };
}
