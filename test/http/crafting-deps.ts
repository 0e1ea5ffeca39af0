import { drizzle } from 'drizzle-orm/pglite';
import { Characters } from '../../src/characters/characters.ts';
import { ChatHistory } from '../../src/chats/chat-history.ts';
import { Conversations } from '../../src/chats/conversations.ts';
import { RunningAnswers } from '../../src/chats/running-answers.ts';
import { Turns } from '../../src/chats/turns.ts';
import { WrittenTurns } from '../../src/chats/written-turns.ts';
import type { Db } from '../../src/db/db.ts';
import * as schema from '../../src/db/schema.ts';
import { Sealer } from '../../src/db/sealer.ts';
import { Functions } from '../../src/functions/functions.ts';
import { functionLink } from '../../src/http/routes/convai/functions.ts';
import type { CraftingDeps } from '../../src/http/routes/convai/crafting.ts';
import { documentLink } from '../../src/http/routes/convai/knowledge-bank.ts';
import { Documents } from '../../src/knowledge/documents.ts';
import { systemClock } from '../../src/lifetime/clock.ts';
import { McpServers } from '../../src/mcp/mcp-servers.ts';
import { Cloning } from '../../src/minds/cloning.ts';
import { Interactions } from '../../src/minds/interactions.ts';
import { TextChat } from '../../src/minds/text-chat.ts';
import { Narratives } from '../../src/narratives/narratives.ts';
import { OwnModels } from '../../src/models/own-models.ts';
import { AddressGuard } from '../../src/net/address-guard.ts';
import { openProviders } from '../../src/providers/open-providers.ts';
import { probeMcp } from '../../src/providers/tools/probe-mcp.ts';
import { voiceSection } from '../../src/providers/tts/voice-list.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** A database that nobody asks. */
export const nowhere = () => drizzle.mock({ schema });

/** What the crafting APIs answer with. @param baseUrl of a provider; without one nobody answers */
export function craftingDeps(db: Db = nowhere(), baseUrl = 'http://127.0.0.1:9/v1'): CraftingDeps {
  const stage = { baseUrl, model: 'scripted' };
  const providers = openProviders({ llm: stage, stt: stage, tts: stage }, { clock: systemClock });
  const privateHosts = ['127.0.0.1'];
  const sealer = new Sealer('a secret of the tests');
  const guard = new AddressGuard(privateHosts);
  const functions = new Functions({ db, sealer, guard, onUnreadable: () => undefined });
  const characters = new Characters(db);
  const models = new OwnModels({ db, sealer, guard, privateHosts, onUnreadable: () => undefined });
  const ground = { providers, clock: systemClock, log: silentLog };
  const textChat = new TextChat({
    ...{ turns: new Turns(db), written: new WrittenTurns(db), models },
    running: new RunningAnswers({ db, ...ground }),
    ...ground,
  });
  const conversations = new Conversations(db);
  return {
    characters,
    spokenTo: characters,
    interactions: new Interactions({ textChat, conversations, ...ground }),
    cloning: new Cloning(db),
    history: new ChatHistory(db),
    narratives: new Narratives(db),
    functions,
    mcpServers: new McpServers({ db, sealer, guard, onUnreadable: () => undefined }),
    probe: (server) => probeMcp(server, { clock: systemClock, privateHosts }),
    models,
    llm: providers.llm,
    tts: providers.tts,
    documents: new Documents(db),
    links: [documentLink(new Documents(db)), functionLink(functions)],
    usualModel: 'gpt-4o-mini',
    usualVoice: 'alloy',
    voices: voiceSection({ configured: undefined, kind: 'openai', usualVoice: 'alloy' }),
  };
}
